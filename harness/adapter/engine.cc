#include "harness/adapter/engine.h"

namespace pickleproof {

std::string_view ReaderName(Channel channel) {
  switch (channel) {
    case Channel::kLoads: return "loads";
    case Channel::kBytesIo: return "load-bytesio";
    case Channel::kFile: return "load-file";
  }
  return "invalid";
}

std::string_view WriterName(Channel channel) {
  switch (channel) {
    case Channel::kLoads: return "dumps";
    case Channel::kBytesIo: return "dump-bytesio";
    case Channel::kFile: return "dump-file";
  }
  return "invalid";
}

}  // namespace pickleproof
