/**
 * Methods that a team would try first in place of a causal model, on the same frames and at the
 * same rate of false alarms: distances to patches of normal frames, principal components, the
 * reconstruction error alone, and the largest shift of a latent.
 */
@NullMarked
package dev.residua.bench.experiment;

import org.jspecify.annotations.NullMarked;
