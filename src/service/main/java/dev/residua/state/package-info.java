/** Codecs of the states that streams and scoring store per source. */
@NullMarked
package dev.residua.state;

import org.jspecify.annotations.NullMarked;
