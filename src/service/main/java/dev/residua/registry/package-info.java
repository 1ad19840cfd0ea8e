/**
 * The registry of models on Kafka: follows its topic, joins bundles from their parts, and changes
 * it in transactions, one at a time. Does not use models.
 */
@NullMarked
package dev.residua.registry;

import org.jspecify.annotations.NullMarked;
