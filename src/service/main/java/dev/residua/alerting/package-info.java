/**
 * Notifies people and their tools of incidents: decides which receiver gets which notification and
 * when, and sends it in the receiver's protocol over HTTP. Package {@code incident} decides which
 * incidents exist, and that none opens during maintenance.
 */
@NullMarked
package dev.residua.alerting;

import org.jspecify.annotations.NullMarked;
