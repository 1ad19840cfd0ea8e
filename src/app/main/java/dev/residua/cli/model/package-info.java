/** Commands on models: train, evaluate, report, retrain, and the registry. */
@NullMarked
package dev.residua.cli.model;

import org.jspecify.annotations.NullMarked;
