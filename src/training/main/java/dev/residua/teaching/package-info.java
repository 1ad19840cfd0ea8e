/**
 * How a person teaches the factors of a data set: what was taught, its history, which question
 * comes next, and how much is left. Values without files, clocks or HTTP; which pictures a question
 * shows depends on a seed that the caller gives.
 */
@NullMarked
package dev.residua.teaching;

import org.jspecify.annotations.NullMarked;
