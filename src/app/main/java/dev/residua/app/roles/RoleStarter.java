package dev.residua.app.roles;

import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.RoleContext.ActiveModel;

/** Starts the parts of a role that needs an active model. */
@FunctionalInterface
public interface RoleStarter {
  void start(RoleContext context, ActiveModel model) throws StartFailedException;
}
