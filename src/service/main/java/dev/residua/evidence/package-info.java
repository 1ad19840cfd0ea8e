/**
 * The evidence of incidents: frame, expected picture and heat map, drawn by the model that scored
 * the frame and stored on a topic of their own. Decides nothing about incidents and notifies
 * nobody.
 */
@NullMarked
package dev.residua.evidence;

import org.jspecify.annotations.NullMarked;
