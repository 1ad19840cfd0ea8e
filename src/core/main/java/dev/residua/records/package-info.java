/**
 * Reads and makes records by their components, for tables and codecs that are derived from them.
 */
@NullMarked
package dev.residua.records;

import org.jspecify.annotations.NullMarked;
