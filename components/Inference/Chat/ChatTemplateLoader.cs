using System.Text.Json;
using Serverless.Inference.Chat.Jinja;

namespace Serverless.Inference.Chat;

/// <summary>Finds chat template and special tokens in the files of a model folder.</summary>
internal sealed class ChatTemplateLoader(string folder, TimeProvider timeProvider)
{
    private static readonly string[] s_tokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    public ChatTemplate? Load(string? chatTemplate)
    {
        using var config = ReadJson("tokenizer_config.json");
        var templates = chatTemplate is null ? FromFolder(config) : FromOption(chatTemplate);
        return templates.Count == 0 ? null : new ChatTemplate(templates, SpecialTokens(config));
    }

    private Dictionary<string, NamedTemplate> FromOption(string chatTemplate)
    {
        // A template is told from a path by its tags; no file name has any.
        var isText = chatTemplate.Contains("{{", StringComparison.Ordinal) || chatTemplate.Contains("{%", StringComparison.Ordinal);
        if (!isText && !File.Exists(chatTemplate))
        {
            throw new InferenceException(
                InferenceErrorCodes.EngineOptions,
                $"chat_template: there is no file '{chatTemplate}', and as a template it has no {{{{ }}}} or {{% %}} that would show the messages");
        }

        return isText
            ? Single(Parse("of the option chat_template", chatTemplate))
            : Single(Parse(chatTemplate, File.ReadAllText(chatTemplate)));
    }

    private Dictionary<string, NamedTemplate> FromFolder(JsonDocument? config)
    {
        var file = Path.Combine(folder, "chat_template.jinja");
        var templates = new Dictionary<string, NamedTemplate>();
        var more = Path.Combine(folder, "additional_chat_templates");
        if (Directory.Exists(more))
        {
            foreach (var path in Directory.EnumerateFiles(more, "*.jinja"))
                templates[Path.GetFileNameWithoutExtension(path)] = Parse(path, File.ReadAllText(path));
        }

        if (File.Exists(file))
            templates["default"] = Parse(file, File.ReadAllText(file));
        if (templates.Count > 0)
            return templates;
        if (config is not null && config.RootElement.TryGetProperty("chat_template", out var inConfig) && inConfig.ValueKind != JsonValueKind.Null)
            return FromJson(inConfig, Path.Combine(folder, "tokenizer_config.json"));
        using var legacy = ReadJson("chat_template.json");
        return legacy is not null && legacy.RootElement.TryGetProperty("chat_template", out var alone)
            ? FromJson(alone, Path.Combine(folder, "chat_template.json"))
            : [];
    }

    private Dictionary<string, NamedTemplate> FromJson(JsonElement value, string file)
    {
        if (value.ValueKind == JsonValueKind.String)
            return Single(Parse(file, value.GetString()!));
        var templates = new Dictionary<string, NamedTemplate>();
        if (value.ValueKind != JsonValueKind.Array)
            throw Malformed(file, $"chat_template is {value.ValueKind}; expected a string or a list of {{name, template}}");
        foreach (var entry in value.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object || Text(entry, "name") is not { } name || Text(entry, "template") is not { } source)
                throw Malformed(file, $"entry {templates.Count} of chat_template is no {{name, template}} of strings");
            templates[name] = Parse($"{file} ({name})", source);
        }

        return templates;
    }

    private NamedTemplate Parse(string source, string text)
    {
        try
        {
            var options = new JinjaOptions { TrimBlocks = true, LstripBlocks = true, TimeProvider = timeProvider };
            return new NamedTemplate(source, JinjaTemplate.Parse(text, options));
        }
        catch (JinjaException error)
        {
            throw new InferenceException(InferenceErrorCodes.ChatTemplate, $"The chat template {source} cannot be parsed: {error.Message}", error);
        }
    }

    private Dictionary<string, string> SpecialTokens(JsonDocument? config)
    {
        using var map = ReadJson("special_tokens_map.json");
        var tokens = new Dictionary<string, string>();
        foreach (var name in s_tokenNames)
        {
            var token = (config is null ? null : Token(config.RootElement, name)) ?? (map is null ? null : Token(map.RootElement, name));
            if (token is not null)
                tokens[name] = token;
        }

        return tokens;
    }

    /// <summary>A token is written as its text, or as an object with its text in <c>content</c>.</summary>
    private static string? Token(JsonElement config, string name) =>
        config.TryGetProperty(name, out var token) && token.ValueKind == JsonValueKind.Object ? Text(token, "content") : Text(config, name);

    private static string? Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Dictionary<string, NamedTemplate> Single(NamedTemplate template) => new() { ["default"] = template };

    private JsonDocument? ReadJson(string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return null;
        try
        {
            var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw Malformed(path, $"the top level is {document.RootElement.ValueKind}; expected an object");
        }
        catch (JsonException error)
        {
            throw Malformed(path, error.Message, error);
        }
    }

    private static InferenceException Malformed(string file, string reason, Exception? cause = null) =>
        new(InferenceErrorCodes.ModelFile, $"{file}: {reason}", cause);
}
