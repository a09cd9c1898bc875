/** Klass AppVM: a qube whose root volume is a snapshot of its template's. */
@NullMarked
package qubes.vm.appvm;

import org.jspecify.annotations.NullMarked;
