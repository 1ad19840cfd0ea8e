/**
 * Tells people and their tools about incidents: who is told what and when, in the words of each
 * receiver's protocol, over HTTP. Which incidents there are is decided in {@code incident}; that
 * none is told during maintenance, too.
 */
@NullMarked
package dev.residua.alerting;

import org.jspecify.annotations.NullMarked;
