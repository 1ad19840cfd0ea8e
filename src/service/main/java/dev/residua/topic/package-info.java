/**
 * Topics as tables and as ranges of records: follows a compacted topic into a table, decides on the
 * newest table and writes in a transaction, and reads bounded ranges of offsets. Does not know what
 * the records mean.
 */
@NullMarked
package dev.residua.topic;

import org.jspecify.annotations.NullMarked;
