/**
 * The registry of models on Kafka: follows it, reads bundles back from their parts, and changes it
 * in transactions of which only one can be open at a time. Knows nothing of what models are for.
 */
@NullMarked
package dev.residua.models;

import org.jspecify.annotations.NullMarked;
