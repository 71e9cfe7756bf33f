#pragma once
// The verbs of the command line, one file each. A verb adds its subcommand to the application; when
// that was chosen, its callback runs the verb and leaves the exit status.

#include <CLI/CLI.hpp>

namespace pickleproof {

// Exit statuses: kAgreed also where nothing was compared.
inline constexpr int kAgreed = 0;
inline constexpr int kDisagreed = 1;
inline constexpr int kCouldNotRun = 2;

void AddLoad(CLI::App& app, int* status);
void AddDump(CLI::App& app, int* status);
void AddDis(CLI::App& app, int* status);
void AddAsm(CLI::App& app, int* status);
void AddGen(CLI::App& app, int* status);
void AddCross(CLI::App& app, int* status);
void AddReport(CLI::App& app, int* status);
void AddEngines(CLI::App& app, int* status);
void AddRepro(CLI::App& app, int* status);
void AddReduce(CLI::App& app, int* status);
void AddFindings(CLI::App& app, int* status);
void AddPromote(CLI::App& app, int* status);
void AddFuzz(CLI::App& app, int* status);
void AddNightly(CLI::App& app, int* status);
void AddTable(CLI::App& app, int* status);
void AddRequirements(CLI::App& app, int* status);
void AddExplain(CLI::App& app, int* status);

// Prints one clear line on standard error; the exit status for it.
int Refuse(std::string_view message);

}  // namespace pickleproof
