/** Klass DispVM: a disposable: a qube that is gone after its shutdown. */
@NullMarked
package qubes.vm.dispvm;

import org.jspecify.annotations.NullMarked;
