#pragma once
// Values of the text notation without parts: atoms and names. Kept apart from the parser, which is
// about brackets, labels, calls and steps. What comes back has no origin yet; its text lies in the
// lexer's input or memory. Errors as everywhere in the notation: kSyntax, offset, what was
// expected.

#include <string_view>

#include "harness/base/error.h"
#include "harness/graph/assembly.h"
#include "harness/graph/notation_lexer.h"

namespace pickleproof {

// A quoted str, bytes or py2 str, from its quote on.
Result<NodeSpec> TakeTextLeaf(NotationLexer& lexer, Kind kind);

// An int or float that starts with a digit or '-'.
Result<NodeSpec> TakeNumberLeaf(NotationLexer& lexer);

// What `word`, taken from `start`, begins: None, True, False, inf, nan, b'', py2'', bytearray(b''),
// buffer(0), or a name.
Result<NodeSpec> TakeWordLeaf(NotationLexer& lexer, std::string_view word, size_t start);

// module.name, global('module', 'name') or ext(17), of which `word` has been taken from `start`.
Result<NodeSpec> TakeNameLeaf(NotationLexer& lexer, std::string_view word, size_t start);

}  // namespace pickleproof
