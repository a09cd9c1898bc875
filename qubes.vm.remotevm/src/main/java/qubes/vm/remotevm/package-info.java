/** Klass RemoteVM: a qube that lives on another machine. */
@NullMarked
package qubes.vm.remotevm;

import org.jspecify.annotations.NullMarked;
