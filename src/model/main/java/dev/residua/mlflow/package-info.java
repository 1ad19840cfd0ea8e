/** Exchanges bundles with the model registry of an MLflow server, through its REST API. */
@NullMarked
package dev.residua.mlflow;

import org.jspecify.annotations.NullMarked;
