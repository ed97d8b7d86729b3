using Serverless.Inference.Chat;

namespace Serverless.Inference.Tests.Chat;

public sealed class ChatTemplateTests : IDisposable
{
    private const string ChatMl = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";
    private static readonly ChatMessage[] s_hello = [new("user", "Hello")];
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-template-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reads_the_template_of_tokenizer_config_with_the_special_tokens()
    {
        Write("tokenizer_config.json", $$"""{"chat_template": "{{ChatMl}}", "eos_token": {"content": "</s>", "lstrip": false}, "bos_token": null}""");
        Write("special_tokens_map.json", """{"eos_token": "<other>", "unk_token": "<unk>"}""");
        var template = ChatTemplate.Load(_folder).ShouldNotBeNull();
        template.Render(s_hello).ShouldBe("<user>Hello</s><assistant>");
        template.Render(s_hello, addGenerationPrompt: false).ShouldBe("<user>Hello</s>");
        template.SpecialTokens.ShouldBe(new Dictionary<string, string> { ["eos_token"] = "</s>", ["unk_token"] = "<unk>" }, ignoreOrder: true);
    }

    [Fact]
    public void A_file_of_its_own_goes_before_tokenizer_config()
    {
        Write("tokenizer_config.json", """{"chat_template": "old"}""");
        Write("chat_template.jinja", "new {{ bos_token is defined }}\n");
        ChatTemplate.Load(_folder)!.Render(s_hello).ShouldBe("new False");
    }

    [Fact]
    public void Tools_pick_the_template_for_tools()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "default", "template": "plain {{ tools is none }}"}, {"name": "tool_use", "template": "tools {{ tools|length }}"}]}""");
        var template = ChatTemplate.Load(_folder)!;
        template.Render(s_hello).ShouldBe("plain True");
        template.Render(s_hello, tools: [new Dictionary<string, object?>()]).ShouldBe("tools 1");
    }

    [Fact]
    public void Named_templates_may_be_files()
    {
        Write("chat_template.jinja", "plain");
        Directory.CreateDirectory(Path.Combine(_folder, "additional_chat_templates"));
        Write("additional_chat_templates/tool_use.jinja", "tools");
        var template = ChatTemplate.Load(_folder)!;
        template.Render(s_hello).ShouldBe("plain");
        template.Render(s_hello, tools: []).ShouldBe("tools");
    }

    [Fact]
    public void A_template_or_the_path_of_one_replaces_the_models_own()
    {
        Write("chat_template.jinja", "own");
        Write("other.txt", "file {{ messages[0].content }}");
        ChatTemplate.Load(_folder, "text {{ messages[0].content }}")!.Render(s_hello).ShouldBe("text Hello");
        ChatTemplate.Load(_folder, Path.Combine(_folder, "other.txt"))!.Render(s_hello).ShouldBe("file Hello");
        Should.Throw<InferenceException>(() => ChatTemplate.Load(_folder, "nowhere.jinja")).Message.ShouldContain("no file 'nowhere.jinja'");
    }

    [Fact]
    public void A_model_without_a_template_has_none() => ChatTemplate.Load(_folder).ShouldBeNull();

    [Fact]
    public void Extra_fields_and_kwargs_reach_the_template()
    {
        Write("chat_template.jinja", "{{ messages[0].name }} {{ messages[0].content }} {{ enable_thinking }} {{ bos_token }} {{ documents }}");
        var message = new ChatMessage("user", null) { Extra = new Dictionary<string, object?> { ["name"] = "Ada" } };
        var kwargs = new Dictionary<string, object?> { ["enable_thinking"] = false, ["bos_token"] = "<b>" };
        ChatTemplate.Load(_folder)!.Render([message], kwargs: kwargs).ShouldBe("Ada None False <b> None");
    }

    [Fact]
    public void What_the_template_raises_is_reported_with_file_and_line()
    {
        Write("chat_template.jinja", "\n{{ raise_exception('roles must alternate') }}");
        var error = Should.Throw<InferenceException>(() => ChatTemplate.Load(_folder)!.Render(s_hello));
        error.Code.ShouldBe(InferenceErrorCodes.ChatTemplate);
        error.Message.ShouldContain(Path.Combine(_folder, "chat_template.jinja"));
        error.Message.ShouldContain("line 2, column 19: roles must alternate");
    }

    [Theory]
    [InlineData("chat_template.jinja", "{% if %}", InferenceErrorCodes.ChatTemplate, "line 1, column 7")]
    [InlineData("tokenizer_config.json", "{", InferenceErrorCodes.ModelFile, "tokenizer_config.json")]
    [InlineData("tokenizer_config.json", "[]", InferenceErrorCodes.ModelFile, "expected an object")]
    [InlineData("tokenizer_config.json", """{"chat_template": 5}""", InferenceErrorCodes.ModelFile, "expected a string or a list")]
    [InlineData("tokenizer_config.json", """{"chat_template": [{"name": "x"}]}""", InferenceErrorCodes.ModelFile, "entry 0")]
    public void Malformed_files_are_named(string file, string text, string code, string message)
    {
        Write(file, text);
        var error = Should.Throw<InferenceException>(() => ChatTemplate.Load(_folder));
        error.Code.ShouldBe(code);
        error.Message.ShouldContain(file);
        error.Message.ShouldContain(message);
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);
}
