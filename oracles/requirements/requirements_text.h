#pragma once
// Requirements for people: a line for each, then what documents get wrong, then one sentence.

#include <string>

#include "oracles/requirements/requirements_run.h"

namespace pickleproof {

// '=' holds, '!' contradicted, 'X' fails, '?' unavailable, '-' not checkable, '.' elsewhere.
char Glyph(RequirementVerdict verdict);

// A line per requirement: its number, a character per interpreter, its sentence.
std::string RequirementLines(const RequirementsResult& result);

// Each requirement with a cell of this verdict: where it is written, what is said, what really
// happens or went wrong, and on which interpreters. "" where there is none.
std::string RequirementDetails(const RequirementsResult& result, RequirementVerdict verdict);

// "193 requirements: 191 checked on 7 interpreters, ..."
std::string RequirementSummary(const RequirementsResult& result);

}  // namespace pickleproof
