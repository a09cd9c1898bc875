/** Access to the engine, for tests. */
package qubes.core.internal.system;
