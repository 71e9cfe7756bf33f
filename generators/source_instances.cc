// Instances in generated sources: every way of the reduce and copy protocol, subclasses of
// builtins, and values of the library that need no class of the source.

#include "generators/source_form.h"

namespace pickleproof {
namespace {

using enum SourceTrait;
using Role = SourceRole;

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<SourceForm> Protocol() {
  return {
      {"instance", Role::kValue, {}, "$ = <C>(<N>)\n", {"$.m(<N>)", "type($)(3).m(1)"}},
      // Not all classes take the attribute.
      {"linked",
       Role::kValue,
       {},
       "$ = [<C>(1), <C>(2)]\n"
       "try:\n    $[0].v = $\n"
       "except AttributeError:\n    $.append($)\n",
       {"getattr($[0], 'v', None) is $ or $[-1] is $", "len($)"}},
      {"state",
       Role::kValue,
       {kMainName},
       "class S_$:\n"
       "    def __init__(self):\n        self.kept, self.gone = <L>, 'gone'\n"
       "    def __getstate__(self):\n        return {'kept': self.kept}\n"
       "    def __setstate__(self, state):\n        self.__dict__.update(state, again=True)\n"
       "$ = S_$()\n",
       {"$.kept", "sorted($.__dict__)[-1]"}},
      {"new-arguments",
       Role::kValue,
       {kMainName, kClassCell},
       "class S_$(tuple):\n"
       "    def __new__(cls, a, b=0):\n        return super().__new__(cls, (a, b))\n"
       "    def __getnewargs__(self):\n        return (self[0], self[1])\n"
       "$ = S_$(<L>, <N>)\n$.extra = <L>\n",
       {"tuple($)", "$.extra"}},
      {"new-keywords",
       Role::kValue,
       {kMainName},
       "class S_$:\n"
       "    def __new__(cls, a, *, k):\n"
       "        self = object.__new__(cls)\n"
       "        self.made = (a, k)\n"
       "        return self\n"
       "    def __getnewargs_ex__(self):\n        return (self.made[0],), {'k': self.made[1]}\n"
       "$ = S_$(<L>, k=<L>)\n",
       {"$.made"}},
      {"reduce-two",
       Role::kValue,
       {kMainName, kGlobals},
       "class S_$:\n"
       "    def __init__(self, a):\n        self.a = a\n"
       "    def __reduce__(self):\n        return (S_$, (self.a,))\n"
       "$ = S_$(<L>)\n",
       {"$.a"}},
      {"reduce-state",
       Role::kValue,
       {kMainName},
       "class S_$:\n"
       "    def __init__(self, a):\n        self.a = a\n"
       "    def __reduce_ex__(self, protocol):\n"
       "        return (type(self), (0,), {'a': self.a, 'me': [self]})\n"
       "$ = S_$(<L>)\n$.me = [$]\n",
       {"$.a", "$.me[0] is $"}},
      {"reduce-items",
       Role::kValue,
       {kMainName},
       "class S_$(list):\n"
       "    def __reduce__(self):\n        return (type(self), (), None, iter(list(self)))\n"
       "$ = S_$([<L>, <L>, <N>])\n",
       {"list($)"}},
      {"reduce-pairs",
       Role::kValue,
       {kMainName},
       "class S_$(dict):\n"
       "    def __reduce__(self):\n"
       "        return (type(self), (), {'t': 1}, None, iter(list(self.items())))\n"
       "$ = S_$(a=<L>, b=<N>)\n",
       {"sorted($)", "$['a']"}},
      {"reduce-setter",
       Role::kValue,
       {kMainName, kStateSetter, kGlobals},
       "def set_$(obj, state):\n    obj.got = ('set', state)\n"
       "class S_$:\n"
       "    def __reduce__(self):\n"
       "        return (S_$, (), {'k': <L>}, None, None, set_$)\n"
       "$ = S_$()\n$.got = ('set', {'k': $.__reduce__()[2]['k']})\n",
       {"$.got"}},
      {"recursive-args",
       Role::kValue,
       {kMainName, kRecursiveArgs},
       "class S_$:\n"
       "    def __init__(self, box):\n        self.box = box\n"
       "    def __reduce__(self):\n        return (type(self), (self.box,), None)\n"
       "$ = S_$([])\n$.box.append($)\n",
       {"len($.box)", "$.box[0] is $"}},
      {"copyreg",
       Role::kValue,
       {kMainName, kGlobals},
       "import copyreg\n"
       "class S_$:\n    def __init__(self, a):\n        self.a = a\n"
       "def make_$(a):\n    return S_$(a)\n"
       "copyreg.pickle(S_$, lambda obj: (make_$, (obj.a,)))\n"
       "$ = S_$(<L>)\n",
       {"$.a"}},
      {"slot-state",
       Role::kValue,
       {kMainName, kSlots},
       "class S_$:\n"
       "    __slots__ = ('a', 'b', '__dict__')\n"
       "$ = S_$()\n$.a = <L>\n$.c = <L>\n",
       {"$.a", "hasattr($, 'b')", "$.c"}},
      {"singleton",
       Role::kValue,
       {kMainName, kSingleton},
       "class S_$:\n    def __reduce__(self):\n        return '$'\n"
       "$ = S_$()\n",
       {"type($).__name__[:2]"}},
  };
}

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<SourceForm> Subclasses() {
  return {
      {"list-subclass",
       Role::kValue,
       {kMainName, kRecursiveSubclass},
       "class S_$(list):\n    tag = <L>\n"
       "$ = S_$([1, <L>])\n$.note = <L>\n$.append($)\n",
       {"$[2] is $", "$.note", "$.tag", "$[:2]"}},
      {"dict-subclass",
       Role::kValue,
       {kMainName, kRecursiveSubclass},
       "class S_$(dict):\n    def __missing__(self, key):\n        return ('no', key)\n"
       "$ = S_$(a=<L>)\n$['me'] = $\n",
       {"$['me'] is $", "$['zz']", "$['a']"}},
      {"set-subclass",
       Role::kValue,
       {kMainName},
       "class S_$(set):\n    pass\n$ = S_$({1, 2, <N>})\n$.note = <L>\n",
       {"sorted($)", "$.note"}},
      {"number-subclasses",
       Role::kValue,
       {kMainName},
       "class I_$(int):\n    pass\n"
       "class T_$(str):\n    pass\n"
       "$ = [I_$(<N>), T_$('t')]\n$[0].note = <L>\n",
       {"$[0] + 1", "$[0].note", "$[1] + 'x'", "[type(v).__name__[:2] for v in $]"}},
      {"enum",
       Role::kValue,
       {kMainName, kEnum, kOwnMetaclass},
       "import enum\n"
       "class E_$(enum.Enum):\n"
       "    A = <N>\n    B = 'b'\n    ALIAS = 'b'\n"
       "    def m(self, k):\n        return (self.name, k)\n"
       "$ = [E_$, E_$.B, E_$.A]\n",
       {"$[1].value", "$[0].B is $[1]", "$[2].m(1)", "[e.name for e in $[0]]",
        "$[0]('b') is $[1]"}},
      {"int-flag",
       Role::kValue,
       {kMainName, kEnum, kOwnMetaclass},
       "import enum\n"
       "class E_$(enum.IntFlag):\n    R = 1\n    W = 2\n"
       "$ = [E_$.R | E_$.W, E_$]\n",
       {"int($[0])", "$[1].R in $[0]"}},
      {"namedtuple",
       Role::kValue,
       {kMainName, kNamedTuple},
       "import collections\n"
       "P_$ = collections.namedtuple('P_$', 'x y', defaults=[<L>])\n"
       "$ = [P_$(1), P_$(<N>, 3)]\n",
       {"$[0].x", "$[0].y", "$[1]._fields", "type($[0]) is type($[1])"}},
      {"raised",
       Role::kValue,
       {},
       "try:\n    {}['key']\nexcept KeyError as error:\n    $ = error\n$.note = <L>\n",
       {"$.args", "$.note", "type($).__name__"}},
      {"exception-instance",
       Role::kValue,
       {kMainName, kClassCell},
       "class X_$(Exception):\n"
       "    def __init__(self, a, b):\n        super(Exception, self).__init__(a, b)\n        "
       "self.b = b\n"
       "$ = X_$(<N>, <L>)\n",
       {"$.args", "$.b"}},
  };
}

std::vector<SourceForm> Library() {
  return {
      {"containers",
       Role::kValue,
       {},
       "import collections\n"
       "$ = [collections.OrderedDict(b=1, a=<L>), collections.deque([1, 2, <N>], 3),\n"
       "     collections.defaultdict(list, k=[<L>]), collections.Counter('abca'),\n"
       "     collections.ChainMap({'a': 1}, {'b': <L>})]\n",
       {"list($[0])", "list($[1])", "$[1].maxlen", "$[2]['new']", "$[3]['a']", "$[4]['b']"}},
      {"numbers",
       Role::kValue,
       {},
       "import datetime, decimal, fractions, uuid\n"
       "$ = (decimal.Decimal('1.50'), fractions.Fraction(3, 9), complex(1, -0.0), "
       "uuid.UUID(int=<N>),\n"
       "     datetime.datetime(2020, 2, 29, 1, tzinfo=datetime.timezone.utc), range(1, 9, 2))\n",
       {"str($[0])", "str($[1])", "repr($[2])", "$[3].int", "$[4].isoformat()", "list($[5])"}},
      {"operators",
       Role::kValue,
       {},
       "import operator\n"
       "$ = [operator.itemgetter(1, 0), operator.attrgetter('real'), "
       "operator.methodcaller('split', 'a')]\n",
       {"$[0]([5, <N>])", "$[1](3)", "$[2]('bab')"}},
      {"iterators",
       Role::kFunction,
       {},
       "import functools, operator\n"
       "$ = functools.partial(operator.add, <N>)\n",
       {"$(2)"}},
      {"shared-leaves",
       Role::kValue,
       {},
       "$ = [bytearray(b'x'), 'text' * 3, (1, 2)]\n$ += $\n$.append($)\n",
       {"$[0] is $[3]", "$[6] is $", "$[2]"}},
      {"modules",
       Role::kValue,
       {},
       "import math, json\n$ = [math.sqrt, json.dumps, len, str.join]\n",
       {"$[0](4)", "$[1]([1])", "$[2]('ab')", "$[3]('-', 'ab')"}},
      {"types",
       Role::kValue,
       {},
       "import collections, types\n"
       "$ = [int, type(None), type(...), NotImplemented, ..., types.SimpleNamespace(a=<L>)]\n",
       {"$[0]('3')", "$[1]()", "$[4] is ...", "$[3] is NotImplemented", "$[5].a"}},
  };
}

}  // namespace

const std::vector<SourceForm>& InstanceForms() {
  static const std::vector<SourceForm> forms = [] {
    std::vector<SourceForm> all = Protocol();
    for (auto* more : {&Subclasses, &Library}) {
      for (SourceForm& form : (*more)()) all.push_back(std::move(form));
    }
    return all;
  }();
  return forms;
}

}  // namespace pickleproof
