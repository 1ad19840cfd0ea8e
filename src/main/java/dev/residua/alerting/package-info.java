/**
 * Notifies people and their tools of incidents: which receiver, of what and when, in the terms of
 * each receiver's protocol, over HTTP. Which incidents there are is decided in {@code incident};
 * that none is notified during maintenance, too.
 */
@NullMarked
package dev.residua.alerting;

import org.jspecify.annotations.NullMarked;
