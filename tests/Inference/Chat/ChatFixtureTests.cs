using Serverless.Inference.Chat.Jinja;

namespace Serverless.Inference.Tests.Chat;

/// <summary>Templates in the style of the published families, over conversations with and without tools, thinking, images and documents.</summary>
public sealed class ChatFixtureTests
{
    private static readonly Dictionary<string, JinjaTemplate> s_templates = Directory.EnumerateFiles(Path.Combine(Fixtures.Folder, "templates"))
        .ToDictionary(path => Path.GetFileNameWithoutExtension(path), path => JinjaTemplate.Parse(File.ReadAllText(path), Fixtures.AsTransformers));

    private static readonly Dictionary<string, object?> s_chats = Fixtures.Variables("chats.json");

    public static TheoryData<string> Templates => [.. s_templates.Keys];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Renders_conversations_as_jinja2_does(string template)
    {
        var cases = Fixtures.Read("conversations.json").EnumerateArray().Where(each => each.GetProperty("template").GetString() == template).ToList();
        cases.Count.ShouldBe(2 * s_chats.Count);
        foreach (var expected in cases)
        {
            var chat = expected.GetProperty("chat").GetString()!;
            var variables = new Dictionary<string, object?> { ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["documents"] = null, ["tools"] = null };
            foreach (var (name, value) in (Dictionary<string, object?>)s_chats[chat]!)
                variables[name] = value;
            variables["add_generation_prompt"] = expected.GetProperty("prompt").GetBoolean();
            if (expected.TryGetProperty("error", out var reason))
            {
                var error = Should.Throw<JinjaException>(() => s_templates[template].Render(variables), chat);
                error.Reason.ShouldStartWith(reason.GetString()!, Case.Sensitive, chat);
            }
            else
            {
                s_templates[template].Render(variables).ShouldBe(expected.GetProperty("output").GetString(), chat);
            }
        }
    }
}
