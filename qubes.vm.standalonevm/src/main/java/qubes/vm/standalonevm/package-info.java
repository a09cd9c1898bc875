/** Klass StandaloneVM: a qube with a root volume of its own. */
@NullMarked
package qubes.vm.standalonevm;

import org.jspecify.annotations.NullMarked;
