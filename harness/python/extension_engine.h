#pragma once
// A C extension with the interface of `_pickle` as one more reader: zodbpickle._pickle, or a
// `_pickle` that was compiled with the fuzzer's instrumentation, so that its branches guide the
// fuzzer. Apart from engines.h, because nothing is known of it but that interface.

#include <memory>
#include <string>

#include "harness/adapter/engine.h"
#include "harness/python/interpreter.h"

namespace pickleproof {

// `where` is FOLDER:MODULE, the folder to import it from and its name, or MODULE alone. The engine
// is MODULE/load-bytesio; it reads as inertly as CPython's own. It is held to the profile
// `_pickle/file`, and says `unsupported` where it refuses a pickle with an opcode of a protocol
// that it does not have. At most one in a process. kUsage for no name, kForeign with the exception
// where the module can't be imported or has no Unpickler.
Result<std::unique_ptr<Engine>> MakeExtensionEngine(Interpreter& interpreter,
                                                    const std::string& where);

}  // namespace pickleproof
