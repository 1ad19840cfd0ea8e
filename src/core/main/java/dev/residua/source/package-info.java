/**
 * Settings of sources: rules, each for the sources whose names match a pattern, and which rule
 * applies to a source. Pure. Does not read rules from Kafka and does not apply them.
 */
@NullMarked
package dev.residua.source;

import org.jspecify.annotations.NullMarked;
