using Serverless.Inference.Chat.Jinja;

namespace Serverless.Inference.Chat;

/// <summary>
/// How a model wants conversations written: the Jinja template of its folder, rendered as Hugging Face transformers does
/// (<c>trim_blocks</c>, <c>lstrip_blocks</c>, <c>break</c> and <c>continue</c>, <c>{% generation %}</c>,
/// <c>raise_exception</c>, <c>strftime_now</c>, <c>tojson</c> without HTML escapes). Immutable and thread-safe.
/// </summary>
public sealed class ChatTemplate
{
    private readonly IReadOnlyDictionary<string, NamedTemplate> _templates;
    private readonly IReadOnlyDictionary<string, string> _specialTokens;

    internal ChatTemplate(IReadOnlyDictionary<string, NamedTemplate> templates, IReadOnlyDictionary<string, string> specialTokens)
    {
        _templates = templates;
        _specialTokens = specialTokens;
    }

    /// <summary>The special tokens that the template knows by name, such as <c>bos_token</c> and <c>eos_token</c>.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens => _specialTokens;

    /// <summary>
    /// Reads the template of a model folder: chat_template.jinja (with additional_chat_templates/NAME.jinja beside it), else
    /// <c>chat_template</c> of tokenizer_config.json (a text, or a list of {name, template}), else chat_template.json; and the
    /// special tokens of tokenizer_config.json and special_tokens_map.json.
    /// </summary>
    /// <param name="modelFolder">A folder in Hugging Face layout.</param>
    /// <param name="chatTemplate">A template, or the path of a file that holds one, in place of the folder's own. Default: the folder's own.</param>
    /// <param name="timeProvider">The clock of <c>strftime_now</c>. Default: the system's.</param>
    /// <returns>The template; null if the model has none.</returns>
    /// <exception cref="InferenceException">A file is malformed (model_file), or the template is (chat_template).</exception>
    public static ChatTemplate? Load(string modelFolder, string? chatTemplate = null, TimeProvider? timeProvider = null) =>
        new ChatTemplateLoader(modelFolder, timeProvider ?? TimeProvider.System).Load(chatTemplate);

    /// <summary>Writes a conversation as the prompt that the model was trained on, special tokens included.</summary>
    /// <param name="messages">The conversation, oldest first.</param>
    /// <param name="addGenerationPrompt">Whether to end with the beginning of the assistant's turn. Default: true.</param>
    /// <param name="kwargs">Further names for the template, such as <c>enable_thinking</c>; they win over special tokens.</param>
    /// <param name="tools">JSON schemas of the functions that the model may call; picks the template <c>tool_use</c> where there is one.</param>
    /// <exception cref="InferenceException">The template refused or failed: code chat_template, with file, line and reason.</exception>
    public string Render(
        IReadOnlyList<ChatMessage> messages,
        bool addGenerationPrompt = true,
        IReadOnlyDictionary<string, object?>? kwargs = null,
        IReadOnlyList<object?>? tools = null)
    {
        var template = Pick(tools is not null);
        var variables = new Dictionary<string, object?>(_specialTokens.Count + 4 + (kwargs?.Count ?? 0));
        foreach (var (name, token) in _specialTokens)
            variables[name] = token;
        variables["documents"] = null;
        foreach (var (name, value) in kwargs ?? EmptyKwargs)
            variables[name] = value;
        variables["messages"] = messages.Select(Fields).ToArray();
        variables["tools"] = tools;
        variables["add_generation_prompt"] = addGenerationPrompt;
        try
        {
            return template.Template.Render(variables);
        }
        catch (JinjaException error)
        {
            throw new InferenceException(InferenceErrorCodes.ChatTemplate, $"The chat template {template.Source} failed: {error.Message}", error);
        }
    }

    private static IReadOnlyDictionary<string, object?> EmptyKwargs { get; } = new Dictionary<string, object?>();

    private NamedTemplate Pick(bool withTools)
    {
        if (withTools && _templates.TryGetValue("tool_use", out var forTools))
            return forTools;
        if (_templates.TryGetValue("default", out var template))
            return template;
        if (_templates.Count == 1)
            return _templates.Values.First();
        throw new InferenceException(
            InferenceErrorCodes.ChatTemplate,
            $"The model has the chat templates {string.Join(", ", _templates.Keys.Order(StringComparer.Ordinal))} and none named 'default'; set the engine option chat_template");
    }

    /// <summary>A message as the template sees it; <see cref="ChatMessage.Extra"/> may replace role and content as well.</summary>
    private static Dictionary<string, object?> Fields(ChatMessage message)
    {
        var fields = new Dictionary<string, object?>(2 + (message.Extra?.Count ?? 0)) { ["role"] = message.Role, ["content"] = message.Content };
        foreach (var (name, value) in message.Extra ?? EmptyKwargs)
            fields[name] = value;
        return fields;
    }
}

/// <summary>A template and where it came from.</summary>
/// <param name="Source">The file, and the name in it if it holds several.</param>
/// <param name="Template">The parsed template.</param>
internal sealed record NamedTemplate(string Source, JinjaTemplate Template);
