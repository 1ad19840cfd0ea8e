/** What streams and scoring store per source: Avro records of domain states, and their bytes. */
@NullMarked
package dev.residua.state;

import org.jspecify.annotations.NullMarked;
