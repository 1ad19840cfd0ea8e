/** What the dashboard needs of this process: access control, pictures, live state. */
@NullMarked
package dev.residua.app.web;

import org.jspecify.annotations.NullMarked;
