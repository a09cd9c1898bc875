/** Klass NetVM: a qube that gives others their network. */
@NullMarked
package qubes.vm.netvm;

import org.jspecify.annotations.NullMarked;
