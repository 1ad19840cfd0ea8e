/**
 * Metrics of learnt latents, graphs and residuals, with and without known factors. Pure functions
 * of arrays; compare each with its floor (noise latents) and its ceiling (true factors).
 */
@NullMarked
package dev.residua.training.metrics;

import org.jspecify.annotations.NullMarked;
