using Serverless.Inference.Chat.Jinja;

namespace Serverless.Inference.Tests.Chat;

public sealed class JinjaTemplateTests
{
    private static readonly JinjaOptions s_strict = new() { StrictUndefined = true };

    private static readonly Dictionary<string, object?> s_row = new()
    {
        ["row"] = new Dictionary<string, object?>
        {
            ["item"] = "a tea house", ["count"] = 3L, ["price"] = 1.5, ["ok"] = true, ["nothing"] = null,
            ["tags"] = new object?[] { "x", 1L }, ["items"] = "a column", ["int"] = 7, ["float"] = 0.5f,
        },
    };

    [Theory]
    [InlineData("{{ row.item }}", "a tea house")]
    [InlineData("{{ row.count }}", 3L)]
    [InlineData("{{ row.price * 2 }}", 3.0)]
    [InlineData("{{ row.ok }}", true)]
    [InlineData("{{ row.nothing }}", null)]
    [InlineData("{{ row.int + 1 }}", 8L)]
    [InlineData("{{ row.float }}", 0.5)]
    [InlineData("{{ row.count }}\n", 3L)]
    [InlineData("{{ row.count }} ", "3 ")]
    [InlineData("n={{ row.count }}", "n=3")]
    [InlineData("{{ row.item | safe }}", "a tea house")]
    [InlineData("{{ row.missing }}", null)]
    public void Evaluates_a_single_expression_to_its_value_and_anything_else_to_text(string source, object? expected) =>
        JinjaTemplate.Parse(source).Evaluate(s_row).ShouldBe(expected);

    [Fact]
    public void Evaluates_values_of_the_variables_to_the_same_object()
    {
        var tags = ((IReadOnlyDictionary<string, object?>)s_row["row"]!)["tags"];
        JinjaTemplate.Parse("{{ row.tags }}").Evaluate(s_row).ShouldBeSameAs(tags);
    }

    [Fact]
    public void Evaluates_lists_and_dicts_that_the_template_made_to_plain_ones()
    {
        var value = JinjaTemplate.Parse("{{ {'a': [1, (2, none)], 5: range(2), 'g': [1]|map('string')} }}").Evaluate(s_row);
        var dict = value.ShouldBeOfType<Dictionary<string, object?>>();
        dict["a"].ShouldBeOfType<List<object?>>()[1].ShouldBe(new List<object?> { 2L, null });
        dict["5"].ShouldBe(new List<object?> { 0L, 1L });
        dict["g"].ShouldBe(new List<object?> { "1" });
    }

    [Fact]
    public void Does_not_evaluate_to_a_function() =>
        Should.Throw<JinjaException>(() => JinjaTemplate.Parse("{{ range }}").Evaluate(s_row)).Reason.ShouldContain("no data");

    [Theory]
    [InlineData("{{ x }}", true)]
    [InlineData("{{ x }}\n", true)]
    [InlineData("{{ x }}{{ y }}", false)]
    [InlineData("x", false)]
    [InlineData("", false)]
    [InlineData("{% if x %}{{ x }}{% endif %}", false)]
    public void Says_whether_it_is_a_single_expression(string source, bool expected) =>
        JinjaTemplate.Parse(source).IsSingleExpression.ShouldBe(expected);

    [Theory]
    [InlineData("{{ row.itm }}", "'dict object' has no attribute 'itm'; did you mean 'item'?")]
    [InlineData("{{ rwo.item }}", "'rwo' is undefined; did you mean 'row'?")]
    [InlineData("{% if row.itm %}x{% endif %}", "'dict object' has no attribute 'itm'; did you mean 'item'?")]
    [InlineData("{% for i in nope %}{% endfor %}", "'nope' is undefined")]
    [InlineData("{{ row.itm == 1 }}", "'dict object' has no attribute 'itm'; did you mean 'item'?")]
    [InlineData("{{ row.itm ~ 'x' }}", "'dict object' has no attribute 'itm'; did you mean 'item'?")]
    [InlineData("{{ row.tags[9] }}", "list object has no element 9")]
    [InlineData("{{ row.itm | upper }}", "'dict object' has no attribute 'itm'; did you mean 'item'?")]
    [InlineData("{{ row.itm | tojson }}", "'dict object' has no attribute 'itm'; did you mean 'item'?")]
    [InlineData("{{ row.items }}", "<built-in method items of dict object> is printed; call it, or write ['name'] for a field of that name")]
    public void A_strict_template_names_what_is_missing_and_the_nearest_known_name(string source, string reason)
    {
        var template = JinjaTemplate.Parse(source, s_strict);
        Should.Throw<JinjaException>(() => template.Render(s_row)).Reason.ShouldBe(reason);
    }

    [Theory]
    [InlineData("{{ row.itm is defined }} {{ nope is undefined }}", "False True")]
    [InlineData("{{ row.itm | default('d') }}", "d")]
    [InlineData("{{ row['items'] }}", "a column")]
    public void A_strict_template_may_ask_for_what_is_missing(string source, string expected) =>
        JinjaTemplate.Parse(source, s_strict).Render(s_row).ShouldBe(expected);

    [Fact]
    public void A_strict_template_that_is_one_missing_value_is_an_error() =>
        Should.Throw<JinjaException>(() => JinjaTemplate.Parse("{{ row.itm }}", s_strict).Evaluate(s_row));

    [Theory]
    [InlineData("a\n  {{ 1 + }}", 2, 10, "unexpected 'end of print statement'")]
    [InlineData("{% fro x in y %}", 1, 4, "Encountered unknown tag 'fro'. Did you mean 'for'?")]
    [InlineData("{{ 'a'|uper }}", 1, 8, "No filter named 'uper'. Did you mean 'upper'?")]
    [InlineData("{{ 1 is od }}", 1, 9, "No test named 'od'. Did you mean 'odd'?")]
    [InlineData("{% include 'x' %}", 1, 4, "'include' is not supported")]
    [InlineData("{% import 'x' as y %}", 1, 4, "'import' is not supported")]
    [InlineData("{% extends 'x' %}", 1, 4, "'extends' is not supported")]
    [InlineData("{{ x|random }}", 1, 6, "the filter 'random' is not supported")]
    [InlineData("{{ 99999999999999999999 }}", 1, 4, "the int 99999999999999999999 does not fit 64 bits")]
    [InlineData("{% if x %}\n{% for y in z %}", 2, 17, "Unexpected end of template. The block 'for' has to be closed with 'endfor'")]
    public void A_malformed_template_is_refused_with_line_column_and_reason(string source, int line, int column, string reason)
    {
        var error = Should.Throw<JinjaException>(() => JinjaTemplate.Parse(source));
        (error.Line, error.Column).ShouldBe((line, column));
        error.Reason.ShouldStartWith(reason);
        error.Message.ShouldStartWith($"line {line}, column {column}: ");
    }

    [Theory]
    [InlineData("a\r\n\r\n  {{ row.item + 1 }}", 3, 15)]
    [InlineData("{% for i in [1] %}\n {{ raise_exception('no') }}{% endfor %}", 2, 20)]
    [InlineData("{% macro m() %}\n{{ nope.x }}{% endmacro %}{{ m() }}", 2, 9)]
    public void A_failure_names_line_and_column(string source, int line, int column)
    {
        var error = Should.Throw<JinjaException>(() => JinjaTemplate.Parse(source).Render(s_row));
        (error.Line, error.Column).ShouldBe((line, column));
    }

    [Theory]
    [InlineData("{{ 9223372036854775807 + 1 }}")]
    [InlineData("{{ 2 ** 64 }}")]
    [InlineData("{{ 10 ** 10 ** 10 }}")]
    [InlineData("{{ 4611686018427387904 * -4 }}")]
    [InlineData("{{ (-9223372036854775807 - 1) // -1 }}")]
    public void An_int_beyond_64_bits_is_an_error_and_not_a_wrong_number(string source) =>
        Should.Throw<JinjaException>(() => JinjaTemplate.Parse(source).Render(s_row)).Reason.ShouldBe("an int does not fit 64 bits");

    [Fact]
    public void Data_is_never_read_as_template()
    {
        var variables = new Dictionary<string, object?> { ["x"] = "{{ 1 + 1 }}{% if true %}" };
        JinjaTemplate.Parse("{{ x }}{{ [x] }}{{ x|upper|lower }}").Render(variables)
            .ShouldBe("{{ 1 + 1 }}{% if true %}['{{ 1 + 1 }}{% if true %}']{{ 1 + 1 }}{% if true %}");
    }

    [Fact]
    public void Data_is_never_changed()
    {
        var list = new List<object?> { 1L };
        var variables = new Dictionary<string, object?> { ["list"] = list, ["row"] = new Dictionary<string, object?>() };
        Should.Throw<JinjaException>(() => JinjaTemplate.Parse("{{ list.append(2) }}").Render(variables)).Reason.ShouldContain("copy it first");
        Should.Throw<JinjaException>(() => JinjaTemplate.Parse("{{ row.update(a=2) }}").Render(variables)).Reason.ShouldContain("copy it first");
        JinjaTemplate.Parse("{% set l = list|list %}{% set _ = l.append(2) %}{{ l }}{{ list }}").Render(variables).ShouldBe("[1, 2][1]");
        list.ShouldBe([1L]);
    }

    [Fact]
    public void Objects_of_the_host_cannot_be_reached()
    {
        var variables = new Dictionary<string, object?> { ["time"] = DateTimeOffset.UnixEpoch };
        Should.Throw<JinjaException>(() => JinjaTemplate.Parse("{{ time }}").Render(variables)).Reason.ShouldContain("DateTimeOffset");
        JinjaTemplate.Parse("{{ 'a'.Length }}{{ 'a'.GetType }}{{ [].Count }}{{ row.Keys }}").Render(s_row).ShouldBe("");
    }

    [Fact]
    public async Task One_template_renders_on_many_threads()
    {
        var template = JinjaTemplate.Parse("{% set ns = namespace(n=0) %}{% for i in range(n) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}");
        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(n => Task.Run(() => template.Render(new Dictionary<string, object?> { ["n"] = (long)n }))));
        results.ShouldBe(Enumerable.Range(0, 64).Select(n => (n * (n - 1) / 2).ToString()));
    }
}
