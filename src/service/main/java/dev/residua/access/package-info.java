/**
 * Access control: grants of a role in a scope, the decision on each change, and the entry that
 * records it. Pure. Does not authenticate anyone and does not know HTTP.
 */
@NullMarked
package dev.residua.access;

import org.jspecify.annotations.NullMarked;
