// Classes in generated sources.

#include "generators/source_form.h"

namespace pickleproof {
namespace {

using enum SourceTrait;
using Role = SourceRole;

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<SourceForm> Plain() {
  return {
      {"class",
       Role::kClass,
       {kMainName},
       "class $:\n"
       "    'What it is.'\n"
       "    limit = <L>\n"
       "    def __init__(self, v):\n        self.v = v\n"
       "    def m(self, k):\n        return (self.v, k, self.limit)\n",
       {"$(<N>).m(2)", "$.__name__", "$.__doc__", "$.limit", "$.__module__ == '__main__'"}},
      {"descriptors",
       Role::kClass,
       {kMainName},
       "class $:\n"
       "    made = 0\n"
       "    def __init__(self, v):\n        self._v = v\n"
       "    @property\n    def v(self):\n        'The value.'\n        return self._v\n"
       "    @v.setter\n    def v(self, new):\n        self._v = new * 2\n"
       "    @classmethod\n    def make(cls, v):\n        cls.made += 1\n        return cls(v)\n"
       "    @staticmethod\n    def add(a, b):\n        return a + b\n"
       "    def m(self, k):\n        self.v = k\n        return self.v\n",
       {"$(<N>).m(2)", "$.make(<N>).v", "$.made", "$.add(1, <N>)", "$.v.__doc__"}},
      {"nested",
       Role::kClass,
       {kMainName},
       "class $:\n"
       "    class Inner:\n        tag = <L>\n"
       "    def __init__(self, v):\n        self.inner = self.Inner()\n        self.v = v\n"
       "    def m(self, k):\n        return (self.inner.tag, self.v, k)\n",
       {"$(<N>).m(2)", "$.Inner.__qualname__.split('.')[-1]"}},
      {"special-methods",
       Role::kClass,
       {kMainName, kGlobals},
       "class $:\n"
       "    def __init__(self, v):\n        self.v = v\n"
       "    def __eq__(self, other):\n        return isinstance(other, $) and self.v == other.v\n"
       "    def __hash__(self):\n        return hash(self.v)\n"
       "    def __lt__(self, other):\n        return self.v < other.v\n"
       "    def __add__(self, other):\n        return $(self.v + other.v)\n"
       "    def __call__(self, a):\n        return (self.v, a)\n"
       "    def __len__(self):\n        return self.v\n"
       "    def __getitem__(self, i):\n        return self.v + i\n"
       "    def m(self, k):\n        return self(k)\n",
       {"$(<N>).m(2)", "$(1) == $(1)", "($(2) + $(3)).v", "len({$(4), $(4)})", "$(1)[<N>]"}},
      {"getattr",
       Role::kClass,
       {kMainName},
       "class $:\n"
       "    def __init__(self, v):\n        self.v = v\n"
       "    def __getattr__(self, name):\n"
       "        if name.startswith('_'):\n            raise AttributeError(name)\n"
       "        return 'no ' + name\n"
       "    def m(self, k):\n        return (self.v, self.other, k)\n",
       {"$(<N>).m(2)"}},
      {"made-by-type",
       Role::kClass,
       {},
       "$ = type('Made', (), {'__init__': lambda self, v: setattr(self, 'v', v),\n"
       "                      'm': lambda self, k: (self.v, k), 'tag': <L>})\n",
       {"$(<N>).m(2)", "$.tag", "$.__name__"}},
      {"local",
       Role::kClass,
       {kLocal},
       "def make_$(n):\n"
       "    class Local:\n"
       "        def __init__(self, v):\n            self.v = v\n"
       "        def m(self, k):\n            return (self.v, n, k)\n"
       "    return Local\n"
       "$ = make_$(<L>)\n",
       {"$(<N>).m(2)"}},
      {"cyclic",
       Role::kClass,
       {kMainName, kCyclicClass},
       "class $:\n"
       "    def __init__(self, v):\n        self.v = v\n"
       "    def m(self, k):\n        return (self.v, k)\n"
       "$.me = $\n",
       {"$(<N>).m(2)", "$.me is $"}},
      {"exception",
       Role::kClass,
       {kMainName, kClassCell},
       "class $(ValueError):\n"
       "    def __init__(self, v):\n        super(ValueError, self).__init__(v)\n        self.v = "
       "v\n"
       "    def m(self, k):\n        return (self.args, self.v, k)\n",
       {"$(<N>).m(2)", "issubclass($, ValueError)"}},
  };
}

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<SourceForm> Derived() {
  return {
      {"derived",
       Role::kClass,
       {kMainName, kClassCell},
       "class $(<C>):\n"
       "    def __init__(self, v):\n        super().__init__(v)\n        self.more = <L>\n"
       "    def m(self, k):\n        return ('more', super().m(k), __class__.__name__ != '')\n",
       {"$(<N>).m(2)", "len($.__mro__)"}},
      {"diamond",
       Role::kClass,
       {kMainName, kClassCell},
       "class Top_$:\n    def who(self):\n        return ['top']\n"
       "class Left_$(Top_$):\n    def who(self):\n        return ['left'] + super().who()\n"
       "class Right_$(Top_$):\n    def who(self):\n        return ['right'] + super().who()\n"
       "class $(Left_$, Right_$):\n"
       "    def __init__(self, v):\n        self.v = v\n"
       "    def m(self, k):\n        return (self.who(), self.v, k)\n",
       {"$(<N>).m(2)", "[c.__name__[:4] for c in $.__mro__[1:4]]"}},
      {"metaclass",
       Role::kClass,
       {kMainName, kOwnMetaclass, kClassCell},
       "class Meta_$(type):\n"
       "    def __new__(mcs, name, bases, body):\n"
       "        cls = super().__new__(mcs, name, bases, body)\n"
       "        cls.seen = sorted(k for k in body if not k.startswith('_'))\n"
       "        return cls\n"
       "    def __len__(cls):\n        return 5\n"
       "class $(metaclass=Meta_$):\n"
       "    def __init__(self, v):\n        self.v = v\n"
       "    def m(self, k):\n        return (self.v, k)\n",
       {"$(<N>).m(2)", "$.seen", "len($)", "type($).__name__[:4]"}},
      {"metaclass-keywords",
       Role::kClass,
       {kMainName, kOwnMetaclass, kMetaclassKeywords, kClassCell},
       "class Base_$:\n"
       "    def __init_subclass__(cls, tag='none', **more):\n"
       "        super().__init_subclass__(**more)\n"
       "        cls.tag = tag\n"
       "class $(Base_$, tag=<L>):\n"
       "    def __init__(self, v):\n        self.v = v\n"
       "    def m(self, k):\n        return (self.v, k)\n",
       {"$(<N>).m(2)", "$.tag"}},
      {"init-subclass",
       Role::kClass,
       {kMainName, kInitSubclass, kGlobals, kClassCell},
       "class Base_$:\n"
       "    subclasses = 0\n"
       "    def __init_subclass__(cls):\n        Base_$.subclasses += 1\n"
       "class $(Base_$):\n"
       "    def __init__(self, v):\n        self.v = v\n"
       "    def m(self, k):\n        return (self.v, k)\n",
       {"$(<N>).m(2)", "$.subclasses"}},
      {"set-name",
       Role::kClass,
       {kMainName, kSetName},
       "class Field_$:\n"
       "    def __set_name__(self, owner, name):\n        self.name = '_' + name\n"
       "    def __get__(self, obj, cls):\n        return self if obj is None else getattr(obj, "
       "self.name)\n"
       "    def __set__(self, obj, value):\n        setattr(obj, self.name, value)\n"
       "class $:\n"
       "    v = Field_$()\n"
       "    def __init__(self, v):\n        self.v = v\n"
       "    def m(self, k):\n        return (self.v, k)\n",
       {"$(<N>).m(2)", "$.v.name"}},
      {"slots",
       Role::kClass,
       {kMainName, kSlots},
       "class $:\n"
       "    __slots__ = ('v', 'w')\n"
       "    def __init__(self, v):\n        self.v = v\n"
       "    def m(self, k):\n        return (self.v, k)\n",
       {"$(<N>).m(2)", "hasattr($(1), '__dict__')", "$.__slots__"}},
      {"private-slots",
       Role::kClass,
       {kMainName, kSlots, kMangledSlots},
       "class $:\n"
       "    __slots__ = ('__v',)\n"
       "    def __init__(self, v):\n        self.__v = v\n"
       "    def m(self, k):\n        return (self.__v, k)\n",
       {"$(<N>).m(2)"}},
      {"dataclass",
       Role::kClass,
       {kMainName, kDataclass},
       "import dataclasses\n"
       "@dataclasses.dataclass(order=True)\n"
       "class $:\n"
       "    v: int\n"
       "    w: list = dataclasses.field(default_factory=list, compare=False)\n"
       "    def m(self, k):\n        self.w.append(k)\n        return (self.v, self.w)\n",
       {"$(<N>).m(2)", "repr($(1))[-14:]", "$(1) < $(2)",
        "[f.name for f in __import__('dataclasses').fields($)]"}},
      {"frozen-dataclass",  // its __setattr__ asks whether an object is of the class itself
       Role::kClass,
       {kMainName, kDataclass, kClassCell},
       "import dataclasses\n"
       "@dataclasses.dataclass(frozen=True)\n"
       "class $:\n"
       "    v: int\n"
       "    w: str = 'w'\n"
       "    def m(self, k):\n        return (self.v, self.w, k)\n",
       {"$(<N>).m(2)", "$(1) == $(1)", "len({$(1), $(1)})"}},
      {"slotted-dataclass",
       Role::kClass,
       {kMainName, kDataclass, kSlots},
       "import dataclasses\n"
       "@dataclasses.dataclass(slots=True, kw_only=False)\n"
       "class $:\n"
       "    v: int\n"
       "    def m(self, k):\n        return (self.v, k)\n",
       {"$(<N>).m(2)", "$(1) == $(1)"},
       10},
      {"abstract",
       Role::kClass,
       {kMainName, kAbstract, kOwnMetaclass},
       "import abc\n"
       "class Shape_$(abc.ABC):\n"
       "    @abc.abstractmethod\n    def m(self, k):\n        ...\n"
       "class $(Shape_$):\n"
       "    def __init__(self, v):\n        self.v = v\n"
       "    def m(self, k):\n        return (self.v, k)\n"
       "Shape_$.register(int)\n",
       {"$(<N>).m(2)", "sorted($.__mro__[1].__abstractmethods__)",
        "issubclass(int, $.__mro__[1])"}},
      {"generic",
       Role::kClass,
       {kMainName, kGeneric},
       "import typing\n"
       "T_$ = typing.TypeVar('T_$')\n"
       "class $(typing.Generic[T_$]):\n"
       "    def __init__(self, v):\n        self.v = v\n"
       "    def m(self, k):\n        return (self.v, k)\n",
       {"$(<N>).m(2)", "$[int](<N>).m(1)", "len($.__parameters__)"}},
      {"typed-tuple",
       Role::kClass,
       {kMainName, kNamedTuple},
       "import typing\n"
       "class $(typing.NamedTuple):\n"
       "    v: int\n"
       "    w: str = 'w'\n"
       "    def m(self, k):\n        return (tuple(self), k)\n",
       {"$(<N>).m(2)", "$._fields", "$(1)._replace(w=2).w"}},
  };
}

}  // namespace

const std::vector<SourceForm>& ClassForms() {
  static const std::vector<SourceForm> forms = [] {
    std::vector<SourceForm> all = Plain();
    for (SourceForm& form : Derived()) all.push_back(std::move(form));
    return all;
  }();
  return forms;
}

}  // namespace pickleproof
