using FsCheck;
using FsCheck.Fluent;
using Serverless.Inference.Chat.Jinja;

namespace Serverless.Inference.Tests.Chat;

public sealed class JinjaLimitTests
{
    private static readonly Dictionary<string, object?> s_variables = Fixtures.Variables("variables.json");
    private static readonly JinjaOptions s_small = new() { MaxSteps = 20_000, MaxOutputChars = 50_000, MaxDepth = 40 };

    [Theory]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "MaxSteps")]
    [InlineData("{% set l = [1] %}{% for i in l %}{% set _ = l.append(i) %}{% endfor %}", "MaxSteps")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}", "MaxSteps")]
    [InlineData("{{ [0] * 1000000000 }}", "MaxSteps")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(30) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}", "MaxOutputChars")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(30) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l|tojson }}", "MaxOutputChars")]
    [InlineData("{% set ns = namespace(a=[], b=[]) %}{% for i in range(30) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}", "MaxSteps")]
    [InlineData("{{ 'a' * 1000000000 }}", "MaxOutputChars")]
    [InlineData("{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", "MaxOutputChars")]
    [InlineData("{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s.replace('a', 'a' * 100) %}{% endfor %}", "MaxOutputChars")]
    [InlineData("{% for i in range(9999) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }}{% endfor %}", "MaxOutputChars")]
    [InlineData("{{ 'x'|center(999999999) }}", "MaxOutputChars")]
    [InlineData("{{ 'x'.rjust(999999999) }}", "MaxOutputChars")]
    [InlineData("{{ 'x'|indent(999999999) }}", "MaxOutputChars")]
    [InlineData("{{ '%999999999d' % 1 }}", "MaxOutputChars")]
    [InlineData("{{ '{:999999999}'.format(1) }}", "MaxOutputChars")]
    [InlineData("{{ [1]|tojson(indent=999999999) }}", "MaxOutputChars")]
    [InlineData("{{ range(9999)|join('xxxxxxxxxxxxxxxxxxxxxxxx') }}", "MaxOutputChars")]
    [InlineData("{{ [1]|batch(999999999, 'x')|list }}", "MaxSteps")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "MaxDepth")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "MaxDepth")]
    [InlineData("{% set l = [] %}{% set _ = l.append(l) %}{{ l }}", "MaxDepth")]
    [InlineData("{% set l = [] %}{% set _ = l.append(l) %}{{ l|tojson }}", "MaxDepth")]
    public void Work_text_and_depth_are_bounded(string source, string limit)
    {
        var template = JinjaTemplate.Parse(source, s_small);
        Should.Throw<JinjaException>(() => template.Render(s_variables)).Reason.ShouldContain(limit);
    }

    [Theory]
    [InlineData("(", ")", "MaxDepth")]
    [InlineData("[", "]", "MaxDepth")]
    [InlineData("-", "", "MaxDepth")]
    [InlineData("f(", ")", "MaxDepth")]
    [InlineData("{1: ", "}", "MaxDepth")]
    [InlineData("a if b else ", "", "MaxDepth")]
    public void Brackets_are_nested_to_a_limit(string open, string close, string limit)
    {
        var source = "{{ " + string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000)) + " }}";
        Should.Throw<JinjaException>(() => JinjaTemplate.Parse(source)).Reason.ShouldContain(limit);
    }

    [Fact]
    public void Blocks_are_nested_to_a_limit()
    {
        var source = string.Concat(Enumerable.Repeat("{% if true %}", 10_000)) + string.Concat(Enumerable.Repeat("{% endif %}", 10_000));
        Should.Throw<JinjaException>(() => JinjaTemplate.Parse(source)).Reason.ShouldContain("MaxDepth");
    }

    [Theory]
    [InlineData(" + 1")]
    [InlineData(".a")]
    [InlineData("|string")]
    [InlineData(" and 1")]
    [InlineData(" if 1")]
    public void A_long_chain_is_computed_or_refused_and_never_overflows_the_stack(string link)
    {
        var source = "{{ 1" + string.Concat(Enumerable.Repeat(link, 200_000)) + " }}";
        Should.Throw<JinjaException>(() => JinjaTemplate.Parse(source).Render(s_variables).Length.ShouldBe(-1, "it was not refused"));
    }

    [Fact]
    public void Any_text_parses_and_renders_or_is_refused()
    {
        string[] pieces =
        [
            "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "for", "in", "if", "elif", "else", "endif", "endfor", "set", "endset", "macro", "endmacro",
            "call", "endcall", "with", "raw", "endraw", "x", "l", "d", "s", "loop", ".", ",", "(", ")", "[", "]", "{", "}", ":", "|", "is", "not", "and", "or", "=", "==",
            "<", "~", "*", "**", "/", "//", "%", "'", "\"", "\\", "1", "2.5", "0x", "true", "none", "map", "join", "upper", "range", "items", "index", "length", "🙂", "é", "\0",
        ];
        var text = Gen.Elements(pieces).ListOf().Select(string.Concat);
        var whole = Gen.Elements(Fixtures.Read("expressions.json").EnumerateArray().Select(each => each.GetProperty("template").GetString()!).ToArray());
        var spliced = from a in whole from b in whole from cut in Gen.Choose(0, 200) from piece in Gen.Elements(pieces)
                      select a[..Math.Min(cut, a.Length)] + piece + b[Math.Min(cut, b.Length)..];
        var wrapped = text.Select(inner => "{{ " + inner + " }}");
        Prop.ForAll(Gen.OneOf(text, spliced, wrapped).ToArbitrary(), RendersOrIsRefused).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    private static bool RendersOrIsRefused(string source)
    {
        try
        {
            return JinjaTemplate.Parse(source, s_small).Render(s_variables).Length <= s_small.MaxOutputChars;
        }
        catch (JinjaException error)
        {
            return error.Line > 0 && error.Column > 0 && error.Reason.Length > 0;
        }
    }
}
