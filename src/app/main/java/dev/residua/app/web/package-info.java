/** Parts of this process for the dashboard: access control, pictures, live state. */
@NullMarked
package dev.residua.app.web;

import org.jspecify.annotations.NullMarked;
