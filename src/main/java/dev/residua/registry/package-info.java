/**
 * The registry of models on Kafka. It follows the registry's topic, reads bundles back from their
 * parts, and changes the registry in transactions of which only one can be open at a time. It does
 * not know what models are for.
 */
@NullMarked
package dev.residua.registry;

import org.jspecify.annotations.NullMarked;
