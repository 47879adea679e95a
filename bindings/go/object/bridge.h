#include <hedgerow.h>
#include <pthread.h>

/* Puts the functions of objects of Go into a type, those that are wanted. */
void hedgerow_go_functions(hedgerow_type_options *options, int hash, int eq, int repr);
