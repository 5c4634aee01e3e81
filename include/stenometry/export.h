#pragma once

/// What stands between these two in a public header is exported by the shared library; everything else is
/// hidden. Whole headers are marked, not single declarations: what a public header declares is public, and a
/// declaration that somebody forgot to mark would be missed by no test of the archive that tests link. Types
/// are marked with their functions, so that an error thrown by the library is caught by its type outside of
/// it. The same in a static library, where it changes nothing.
#if defined(__GNUC__)
#define STENOMETRY_EXPORT_BEGIN _Pragma("GCC visibility push(default)")
#define STENOMETRY_EXPORT_END _Pragma("GCC visibility pop")
#else
#define STENOMETRY_EXPORT_BEGIN
#define STENOMETRY_EXPORT_END
#endif
