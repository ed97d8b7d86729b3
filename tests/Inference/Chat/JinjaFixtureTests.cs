using System.Text.Json;
using Serverless.Inference.Chat.Jinja;

namespace Serverless.Inference.Tests.Chat;

public sealed class JinjaFixtureTests
{
    private static readonly Dictionary<string, object?> s_variables = Fixtures.Variables("variables.json");

    private static readonly string[] s_ownWords = ["TemplateSyntaxError", "TemplateAssertionError", "TemplateRuntimeError", "SyntaxError", "KeyError", "IndexError"];

    public static TheoryData<int> Expressions => Indexes("expressions.json");

    public static TheoryData<int> Whitespace => Indexes("whitespace-expected.json");

    [Theory]
    [MemberData(nameof(Expressions))]
    public void Renders_small_templates_as_jinja2_does(int index)
    {
        var expected = Fixtures.Read("expressions.json")[index];
        Compare(expected, new JinjaOptions());
    }

    [Theory]
    [MemberData(nameof(Whitespace))]
    public void Treats_white_space_around_tags_as_jinja2_does(int index)
    {
        var expected = Fixtures.Read("whitespace-expected.json")[index];
        Compare(expected, new JinjaOptions
        {
            TrimBlocks = expected.GetProperty("trim").GetBoolean(),
            LstripBlocks = expected.GetProperty("lstrip").GetBoolean(),
            KeepTrailingNewline = expected.GetProperty("keep").GetBoolean(),
        });
    }

    private static void Compare(JsonElement expected, JinjaOptions options)
    {
        var source = expected.GetProperty("template").GetString()!;
        if (expected.TryGetProperty("error", out var reason))
        {
            var error = Should.Throw<JinjaException>(() => JinjaTemplate.Parse(source, options).Render(s_variables), source);
            var type = expected.GetProperty("type").GetString()!;
            // Python words differently what is wrong with a source text or with the number of arguments.
            if (!s_ownWords.Contains(type) && !(type == "TypeError" && reason.GetString()!.Contains("argument", StringComparison.Ordinal)))
                Check(error.Reason.StartsWith(reason.GetString()!, StringComparison.Ordinal), source, reason.GetString()!, error.Reason);
        }
        else
        {
            var output = JinjaTemplate.Parse(source, options).Render(s_variables);
            var wanted = expected.GetProperty("output").GetString()!;
            Check(output == wanted, source, wanted, output);
        }
    }

    private static void Check(bool holds, string source, string expected, string actual) =>
        holds.ShouldBeTrue($"template: {source}\nexpected: {expected}\n  actual: {actual}");

    private static TheoryData<int> Indexes(string name) => [.. Enumerable.Range(0, Fixtures.Read(name).GetArrayLength())];
}
