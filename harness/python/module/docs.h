#pragma once
// The docstrings of the module, with the signatures that inspect reads. Apart from the code so that
// they can be read together.

namespace pickleproof {

inline constexpr const char* kModuleDoc =
    "_pickle's interface on pickleproof's own pickler and unpickler machine, in C++.";

inline constexpr const char* kDumpDoc =
    "dump($module, /, obj, file, protocol=None, *, fix_imports=True,\n"
    "     buffer_callback=None)\n"
    "--\n\n"
    "Write a pickled representation of obj to the open file object file.\n\n"
    "This is equivalent to ``Pickler(file, protocol).dump(obj)``, but may be more efficient.\n"
    "The arguments are those of Pickler.";

inline constexpr const char* kDumpsDoc =
    "dumps($module, /, obj, protocol=None, *, fix_imports=True,\n"
    "      buffer_callback=None)\n"
    "--\n\n"
    "Return the pickled representation of the object as a bytes object.\n\n"
    "The arguments are those of Pickler.";

inline constexpr const char* kLoadDoc =
    "load($module, /, file, *, fix_imports=True, encoding='ASCII',\n"
    "     errors='strict', buffers=())\n"
    "--\n\n"
    "Read and return an object from the pickle data stored in a file.\n\n"
    "This is equivalent to ``Unpickler(file).load()``, but may be more efficient. The arguments\n"
    "are those of Unpickler.";

inline constexpr const char* kLoadsDoc =
    "loads($module, data, /, *, fix_imports=True, encoding='ASCII',\n"
    "      errors='strict', buffers=())\n"
    "--\n\n"
    "Read and return an object from the given pickle data, a bytes-like object.\n\n"
    "Bytes past the pickled object's representation are ignored. The arguments are those of\n"
    "Unpickler.";

inline constexpr const char* kPicklerDoc =
    "Pickler(file, protocol=None, fix_imports=True, buffer_callback=None)\n"
    "--\n\n"
    "This takes a binary file for writing a pickle data stream.\n\n"
    "*file* needs a write() method that takes one bytes-like argument. *protocol* is 0 to 5, 4 by\n"
    "default; a negative one selects the highest. Below protocol 3 *fix_imports* maps the names "
    "of\n"
    "modules to those of Python 2. *buffer_callback* needs protocol 5: where it returns a false\n"
    "value for a buffer, the buffer is out-of-band.";

inline constexpr const char* kPicklerDumpDoc =
    "dump($self, obj, /)\n"
    "--\n\n"
    "Write a pickled representation of the given object to the open file.";

inline constexpr const char* kClearMemoDoc =
    "clear_memo($self, /)\n"
    "--\n\n"
    "Clears the pickler's \"memo\".\n\n"
    "The memo remembers which objects the pickler has seen, so that shared and recursive objects\n"
    "are pickled by reference and not by value.";

inline constexpr const char* kUnpicklerDoc =
    "Unpickler(file, *, fix_imports=True, encoding='ASCII', errors='strict',\n"
    "          buffers=())\n"
    "--\n\n"
    "This takes a binary file for reading a pickle data stream.\n\n"
    "*file* needs the methods read(n) and readline(); both return bytes. *encoding* and *errors*\n"
    "tell how strings of Python 2 are decoded ('bytes' keeps them as bytes); *fix_imports* maps\n"
    "Python 2's names of modules to the new ones; *buffers* is an iterable of the out-of-band\n"
    "buffers that the pickler's buffer_callback was given.";

inline constexpr const char* kUnpicklerLoadDoc =
    "load($self, /)\n"
    "--\n\n"
    "Load a pickle: read its representation from the file given in the constructor and return the\n"
    "object.";

inline constexpr const char* kFindClassDoc =
    "find_class($self, module_name, global_name, /)\n"
    "--\n\n"
    "Return an object from a specified module.\n\n"
    "If necessary, the module will be imported. Subclasses may override this method to restrict\n"
    "what may be found. It is called for functions too.";

inline constexpr const char* kSizeOfDoc =
    "__sizeof__($self, /)\n"
    "--\n\n"
    "Returns size in memory, in bytes.";

inline constexpr const char* kMemoClearDoc =
    "clear($self, /)\n"
    "--\n\n"
    "Remove all items from memo.";

inline constexpr const char* kMemoCopyDoc =
    "copy($self, /)\n"
    "--\n\n"
    "Copy the memo to a new object.";

inline constexpr const char* kMemoReduceDoc =
    "__reduce__($self, /)\n"
    "--\n\n"
    "Implement pickle support.";

}  // namespace pickleproof
