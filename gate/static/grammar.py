"""Which function follows which part of Python; importing it fills the tables of ``core``."""

from __future__ import annotations

import _ast as ast

from gate.static import (
    arguments,
    assignments,
    conditions,
    contexts,
    core,
    definitions,
    displays,
    flow,
    modules,
    names,
)

core.EXPRESSIONS.update(
    {
        ast.Constant: names.follow_constant,
        ast.Name: names.follow_name,
        ast.Attribute: names.follow_attribute,
        ast.Subscript: names.follow_subscript,
        ast.Slice: names.follow_slice,
        ast.Call: arguments.follow_call,
        ast.List: displays.follow_items,
        ast.Tuple: displays.follow_items,
        ast.Set: displays.follow_items,
        ast.Dict: displays.follow_pairs,
        ast.JoinedStr: displays.follow_text,
        ast.FormattedValue: displays.follow_formatted,
        ast.ListComp: displays.follow_comprehension,
        ast.SetComp: displays.follow_comprehension,
        ast.GeneratorExp: displays.follow_generator,
        ast.DictComp: displays.follow_mapping,
        ast.Lambda: definitions.follow_lambda,
        ast.IfExp: conditions.follow_either,
        ast.BoolOp: conditions.follow_and_or,
        ast.Compare: conditions.follow_compared,
        ast.BinOp: conditions.follow_binary,
        ast.UnaryOp: conditions.follow_unary,
        ast.NamedExpr: assignments.follow_walrus,
    }
)
core.STATEMENTS.update(
    {
        ast.Expr: flow.follow_expression,
        ast.Pass: flow.follow_pass,
        ast.Return: flow.follow_return,
        ast.Raise: flow.follow_raise,
        ast.Assert: flow.follow_assert,
        ast.Break: flow.follow_break,
        ast.Continue: flow.follow_continue,
        ast.If: flow.follow_if,
        ast.For: flow.follow_for,
        ast.Try: flow.follow_try,
        ast.With: contexts.follow_with,
        ast.Assign: assignments.follow_assign,
        ast.AnnAssign: assignments.follow_annotated,
        ast.AugAssign: assignments.follow_augmented,
        ast.Delete: assignments.follow_delete,
        ast.Global: assignments.follow_global,
        ast.Nonlocal: assignments.follow_nonlocal,
        ast.FunctionDef: definitions.follow_function,
        ast.AsyncFunctionDef: definitions.follow_function,
        ast.ClassDef: definitions.follow_class,
        ast.Import: modules.import_statement,
        ast.ImportFrom: modules.import_from,
    }
)
