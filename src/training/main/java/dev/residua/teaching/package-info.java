/**
 * State and questions of teaching: the taught factors of a data set, their history, the next
 * question, and the remaining effort. Values without files, clocks or HTTP; the pictures of a
 * question depend on a seed that the caller gives.
 */
@NullMarked
package dev.residua.teaching;

import org.jspecify.annotations.NullMarked;
