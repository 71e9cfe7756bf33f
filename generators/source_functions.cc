// Functions in generated sources: plain, closures, generators, decorated, lambdas.

#include "generators/source_form.h"

namespace pickleproof {
namespace {

using enum SourceTrait;
using Role = SourceRole;

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<SourceForm> Plain() {
  return {
      {"plain",
       Role::kFunction,
       {kMainName},
       "def $(a, b=<L>, *, k=<L>):\n"
       "    'What it is for.'\n"
       "    return (a, b, k)\n",
       {"$(<N>)", "$(1, k=<L>)", "$.__doc__", "$.__name__", "$.__defaults__", "$.__kwdefaults__"}},
      {"positional-only",
       Role::kFunction,
       {kMainName},
       "def $(a, /, b: int = <N>, *rest, k: 'str' = 'x', **more) -> tuple:\n"
       "    return (a, b, rest, k, sorted(more.items()))\n",
       {"$(<N>)", "$(1, 2, 3, k=<L>, z=4)", "sorted($.__annotations__)", "$.__code__.co_argcount"}},
      {"attributes",
       Role::kFunction,
       {kMainName},
       "def $(a, acc=[<L>]):\n"
       "    acc.append(a)\n"
       "    return list(acc)\n"
       "$.acc = $.__defaults__[0]\n"
       "$.tag = <L>\n",
       {"$(<N>)", "$.acc is $.__defaults__[0]", "$.tag", "len($.acc)"}},
      {"own-attribute",
       Role::kFunction,
       {kMainName},
       "def $(a):\n    return a\n$.me = [$]\n",
       {"$(<N>)", "$.me[0] is $"}},
      {"uses-global",
       Role::kFunction,
       {kMainName, kGlobals},
       "G_$ = <L>\n"
       "def $(a):\n    return (a, G_$)\n",
       {"$(<N>)"}},
      {"calls-global",
       Role::kFunction,
       {kMainName, kGlobals},
       "def $(a):\n    return [<F>(a + i) for i in range(2)]\n",
       {"$(<N>)"}},
      {"makes-instance",
       Role::kFunction,
       {kMainName, kGlobals},
       "def $(a):\n    return <C>(a).m(<N>)\n",
       {"$(<N>)"}},
      {"uses-module",
       Role::kFunction,
       {kMainName, kGlobals},
       "import collections\n"
       "def $(a):\n    return sorted(collections.Counter([a, a, 1]).items())\n",
       {"$(<N>)"}},
      {"imports-inside",
       Role::kFunction,
       {kMainName},
       "def $(a):\n"
       "    import math\n"
       "    return math.gcd(a, 6)\n",
       {"$(<N>)"}},
      {"recursive",
       Role::kFunction,
       {kMainName, kGlobals, kRecursiveGlobal},
       "def $(a):\n    return 1 if a < 2 else a * $(a - 1)\n",
       {"$(<N>)"}},
      {"mutual",
       Role::kFunction,
       {kMainName, kGlobals, kMutualGlobals},
       "def $_odd(a):\n    return a > 0 and $(a - 1)\n"
       "def $(a):\n    return a == 0 or $_odd(a - 1)\n",
       {"$(<N>)", "$(4)"}},
      {"shares-globals",
       Role::kValue,
       {kMainName, kGlobals, kSharedGlobals},
       "N_$ = <N>\n"
       "def $_put(a):\n    global N_$\n    N_$ = a\n"
       "def $_get():\n    return N_$\n"
       "$ = ($_put, $_get)\n",
       {"$[1]()", "($[0](<N>), $[1]())"}},
      {"catches",
       Role::kFunction,
       {kMainName},
       "def $(a):\n"
       "    try:\n        return 1 // (a - a)\n"
       "    except ZeroDivisionError as error:\n        return type(error).__name__\n"
       "    finally:\n        a += 1\n",
       {"$(<N>)"}},
      {"walrus",
       Role::kFunction,
       {kMainName},
       "def $(a):\n    return [y for i in range(4) if (y := i * a) > 2] or {i: a for i in 'ab'}\n",
       {"$(<N>)", "$(0)"}},
  };
}

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<SourceForm> Closures() {
  return {
      {"closure",
       Role::kFunction,
       {kLocal},
       "def make_$(n, items):\n"
       "    def f(a):\n        return (a, n, items)\n"
       "    return f\n"
       "$ = make_$(<L>, [<L>])\n",
       {"$(<N>)", "$.__code__.co_freevars", "$.__qualname__"}},
      {"shared-cell",
       Role::kValue,
       {kLocal, kSharedCell},
       "def make_$(n):\n"
       "    def inc(a):\n        nonlocal n\n        n += a\n        return n\n"
       "    def get():\n        return n\n"
       "    return inc, get\n"
       "$ = make_$(<N>)\n",
       {"$[0](<N>)", "$[1]()"}},
      {"shared-content",
       Role::kValue,
       {kLocal},
       "def make_$(log):\n"
       "    def put(a):\n        log.append(a)\n"
       "    return [put, lambda: list(log)]\n"
       "$ = make_$([<L>])\n",
       {"$[0](<N>)", "$[1]()"}},
      {"counter",
       Role::kFunction,
       {kLocal},
       "def make_$():\n"
       "    n = <N>\n"
       "    def f(a):\n        nonlocal n\n        n += a\n        return n\n"
       "    f(2)\n"
       "    return f\n"
       "$ = make_$()\n",
       {"$(<N>)", "$(1)"}},
      {"recursive-cell",
       Role::kFunction,
       {kLocal, kRecursiveCell},
       "def make_$():\n"
       "    def f(a):\n        return 1 if a < 2 else a * f(a - 1)\n"
       "    return f\n"
       "$ = make_$()\n",
       {"$(<N>)", "$.__closure__[0].cell_contents is $"}},
      {"mutual-cells",
       Role::kFunction,
       {kLocal, kRecursiveCell},
       "def make_$():\n"
       "    def even(a):\n        return a == 0 or odd(a - 1)\n"
       "    def odd(a):\n        return a > 0 and even(a - 1)\n"
       "    return even\n"
       "$ = make_$()\n",
       {"$(<N>)", "$(5)"}},
      {"two-levels",
       Role::kFunction,
       {kLocal},
       "def make_$(p):\n"
       "    def outer(q):\n"
       "        def inner(a):\n            return (a, p, q, [i * p for i in (1, 2)])\n"
       "        return inner\n"
       "    return outer(<L>)\n"
       "$ = make_$(<N>)\n",
       {"$(<N>)"}},
      {"empty-cell",
       Role::kFunction,
       {kLocal},
       "def make_$():\n"
       "    def f(a):\n"
       "        try:\n            return later\n"
       "        except NameError:\n            return a\n"
       "    if False:\n        later = 1\n"
       "    return f\n"
       "$ = make_$()\n",
       {"$(<N>)"}},
      {"holds-function",
       Role::kFunction,
       {kLocal},
       "def make_$(f):\n    return lambda a: ('got', f(a))\n"
       "$ = make_$(<F>)\n",
       {"$(<N>)"}},
      {"holds-class",
       Role::kFunction,
       {kLocal},
       "def make_$(cls):\n"
       "    def f(a):\n        return cls(a).m(1)\n"
       "    return f\n"
       "$ = make_$(<C>)\n",
       {"$(<N>)"}},
      {"holds-itself",
       Role::kFunction,
       {kLocal, kRecursiveCell},
       "def make_$(box):\n"
       "    def f(a):\n        return (a, len(box), box[0] is f)\n"
       "    box.append(f)\n"
       "    return f\n"
       "$ = make_$([])\n",
       {"$(<N>)"}},
  };
}

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<SourceForm> Special() {
  return {
      {"lambda", Role::kFunction, {kLambda}, "$ = lambda a, b=<L>: (a, b)\n", {"$(<N>)"}},
      {"late-lambdas",
       Role::kValue,
       {kLambda, kLocal},
       "$ = [lambda a: (a, i) for i in range(3)] + [lambda a, i=i: (a, i) for i in range(2)]\n",
       {"[f(<N>) for f in $]"}},
      {"generator",
       Role::kFunction,
       {kMainName},
       "def $(a):\n"
       "    got = yield a\n"
       "    yield from [got, <N>]\n",
       {"list($(<N>))"}},
      {"coroutine",
       Role::kFunction,
       {kMainName},
       "async def $(a):\n"
       "    async def twice():\n        return a * 2\n"
       "    return await twice()\n",
       {"run($(<N>))"}},
      {"async-generator",
       Role::kFunction,
       {kMainName},
       "async def $(a):\n"
       "    for i in range(a % 4):\n        yield (i, <L>)\n",
       {"run_all($(<N>))"}},
      {"decorated",
       Role::kFunction,
       {kLocal, kMainName, kRecursiveCell},
       "import functools\n"
       "def count_$(f):\n"
       "    @functools.wraps(f)\n"
       "    def wrapper(*args):\n"
       "        wrapper.calls += 1\n"
       "        return (wrapper.calls, f(*args))\n"
       "    wrapper.calls = <N>\n"
       "    return wrapper\n"
       "@count_$\n"
       "def $(a):\n    return a\n",
       {"$(<N>)", "$(<N>)", "$.__wrapped__(3)", "$.calls"}},
      {"stateful-decorator",
       Role::kFunction,
       {kMainName},
       "class Trace_$:\n"
       "    def __init__(self, f):\n        self.f, self.log = f, [<L>]\n"
       "    def __call__(self, a):\n        self.log.append(a)\n        return self.f(a)\n"
       "@Trace_$\n"
       "def $(a):\n    return a + 1\n",
       {"$(<N>)", "$.log"}},
      {"partial",
       Role::kFunction,
       {},
       "import functools\n$ = functools.partial(<F>)\n",
       {"$(<N>)", "$.keywords"}},
      {"partial-of-builtin",
       Role::kFunction,
       {kPartialAttribute},
       "import functools\n$ = functools.partial(divmod, <N>)\n$.note = <L>\n",
       {"$(3)", "$.note"}},
      {"bound-method",
       Role::kFunction,
       {kMainName},
       "$ = <C>(<N>).m\n",
       {"$(<N>)", "$.__func__.__name__", "$.__self__.m(1)"}},
      {"builtin-method", Role::kFunction, {}, "$ = [<L>, 2, 2].count\n", {"$(2)"}},
      {"contextmanager",
       Role::kFunction,
       {kLocal, kMainName, kGlobals},
       "import contextlib\n"
       "@contextlib.contextmanager\n"
       "def open_$(a):\n    yield (a, 'open')\n"
       "def $(a):\n"
       "    with open_$(a) as got:\n        return got\n",
       {"$(<N>)"}},
      {"lru-cache",
       Role::kFunction,
       {kMainName, kLruCache},
       "import functools\n"
       "@functools.lru_cache(maxsize=3)\n"
       "def $(a):\n    return a + <N>\n",
       {"$(<N>)"}},
      {"singledispatch",
       Role::kFunction,
       {kMainName, kSingleDispatch},
       "import functools\n"
       "@functools.singledispatch\n"
       "def $(a):\n    return ('any', a)\n"
       "@$.register(int)\n"
       "def of_int_$(a):\n    return ('int', a)\n",
       {"$(<N>)", "$('x')"}},
      {"match",
       Role::kFunction,
       {kMainName},
       "def $(a):\n"
       "    match a:\n"
       "        case 0 | 1: return 'few'\n"
       "        case [x, *rest]: return (x, rest)\n"
       "        case _: return 'many'\n",
       {"$(<N>)", "$([1, 2])"},
       10},
      {"type-parameter",
       Role::kFunction,
       {kMainName},
       "def $[T](a: T) -> T:\n    return a\n",
       {"$(<N>)"},
       12},
  };
}

}  // namespace

const std::vector<SourceForm>& FunctionForms() {
  static const std::vector<SourceForm> forms = [] {
    std::vector<SourceForm> all = Plain();
    for (auto* more : {&Closures, &Special}) {
      for (SourceForm& form : (*more)()) all.push_back(std::move(form));
    }
    return all;
  }();
  return forms;
}

}  // namespace pickleproof
