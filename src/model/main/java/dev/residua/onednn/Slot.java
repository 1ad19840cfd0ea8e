package dev.residua.onednn;

import org.bytedeco.dnnl.memory;

/**
 * A tensor that every workspace has of its own: which of its buffers holds it, and how. Several
 * slots may share a buffer, when one follows the other or they are the same numbers seen in two
 * shapes.
 */
record Slot(int buffer, memory.desc description) {}
