/** Klass TemplateVM: a template whose root volume others start from. */
@NullMarked
package qubes.vm.templatevm;

import org.jspecify.annotations.NullMarked;
