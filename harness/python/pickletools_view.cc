#include "harness/python/pickletools_view.h"

#include <utility>

#include "harness/python/allocation_guard.h"
#include "harness/python/exceptions.h"
#include "harness/python/python_api.h"
#include "harness/python/python_state.h"

namespace pickleproof {
namespace {

constexpr const char* kSource = R"(
import pickletools
class Sink:
    @staticmethod
    def write(text):
        pass
def view(data, dis=pickletools.dis, genops=pickletools.genops, sink=Sink):
    offset = -1
    names = []
    refused = accepted = ''
    try:
        for opcode, argument, offset in genops(data):
            if opcode.name == 'GLOBAL' or opcode.name == 'INST':
                names.append(argument)
    except Exception as error:
        refused = type(error).__name__
    try:
        dis(data, sink)
    except Exception as error:
        accepted = type(error).__name__
    return accepted, refused, offset, names
)";

}  // namespace

struct Pickletools::Impl {
  Interpreter* interpreter = nullptr;
  PyRef view;
};

Pickletools::Pickletools(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pickletools::~Pickletools() = default;

Result<std::unique_ptr<Pickletools>> Pickletools::Make(Interpreter& interpreter) {
  const PyRef globals = PyRef::Own(PyDict_New());
  if (!globals || PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins()) < 0) {
    return std::unexpected(CatchException().error);
  }
  const PyRef ran = PyRef::Own(PyRun_String(kSource, Py_file_input, globals.get(), globals.get()));
  if (!ran) return std::unexpected(CatchException().error);
  auto impl = std::make_unique<Impl>();
  impl->interpreter = &interpreter;
  impl->view = PyRef::Share(PyDict_GetItemString(globals.get(), "view"));
  return std::unique_ptr<Pickletools>(new Pickletools(std::move(impl)));
}

Result<PickletoolsView> Pickletools::View(std::string_view pickle) {
  CollectGarbage(impl_->interpreter->state(), pickle.size());
  const AllocationCap cap(impl_->interpreter->options().largest_allocation);
  const PyRef bytes =
      PyRef::Own(PyBytes_FromStringAndSize(pickle.data(), static_cast<Py_ssize_t>(pickle.size())));
  const PyRef answer =
      bytes ? PyRef::Own(PyObject_CallOneArg(impl_->view.get(), bytes.get())) : PyRef();
  if (!answer) return std::unexpected(CatchException().error);
  std::string scratch;
  PickletoolsView view;
  view.dis = TextOf(PyTuple_GET_ITEM(answer.get(), 0), scratch);
  view.genops = TextOf(PyTuple_GET_ITEM(answer.get(), 1), scratch);
  const long long offset = PyLong_AsLongLong(PyTuple_GET_ITEM(answer.get(), 2));
  if (offset >= 0) view.last_offset = static_cast<uint64_t>(offset);
  PyObject* names = PyTuple_GET_ITEM(answer.get(), 3);
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(names); ++i) {
    view.globals.emplace_back(TextOf(PyList_GET_ITEM(names, i), scratch));
  }
  return view;
}

}  // namespace pickleproof
