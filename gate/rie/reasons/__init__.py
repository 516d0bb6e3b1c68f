"""Why a function did not start, told by what its tree of files holds."""
