using System.Text.Json;
using Dapr.Sidecar.Expressions;

namespace Serverless.Sidecar.Tests.Components;

public sealed class ExpressionTests
{
    private static readonly Dictionary<string, object?> Variables = new()
    {
        ["event"] = JsonElement.Parse("""{"type": "order.new", "data": {"size": 5, "tags": ["a", "b"], "urgent": true, "nothing": null}}"""),
        ["count"] = 3.0,
    };

    [Theory]
    [InlineData("event.type == \"order.new\"", true)]
    [InlineData("event.type == 'other'", false)]
    [InlineData("event.type != 'other' && event.data.size >= 5", true)]
    [InlineData("event.data.size > 5 || event.data.urgent", true)]
    [InlineData("!(event.data.size < 10)", false)]
    [InlineData("event.type.startsWith('order') && event.type.endsWith('new') && event.type.contains('.')", true)]
    [InlineData("event.type.matches('^order\\\\..*$')", true)]
    [InlineData("event.type in ['a', 'order.new']", true)]
    [InlineData("'b' in event.data.tags && event.data.tags[1] == 'b'", true)]
    [InlineData("has(event.data.size) && !has(event.data.missing)", true)]
    [InlineData("size(event.data.tags) == 2", true)]
    [InlineData("event['data'].size == 2 + 3", true)]
    [InlineData("event.data.nothing == null", true)]
    [InlineData("count > 5", false)]
    [InlineData("count > -1", true)]
    [InlineData("event.data.missing == 1", false)]
    [InlineData("event.data.missing == 1 || true", true)]
    [InlineData("event.type > 1", false)]
    public void Holds_as_the_common_expression_language_says(string text, bool holds) =>
        Expression.Parse(text, "event", "count").Holds(Variables).ShouldBe(holds);

    [Theory]
    [InlineData("", "ends too soon")]
    [InlineData("event.type ==", "ends too soon")]
    [InlineData("events.type == 'a'", "no variable")]
    [InlineData("event.type.reverse('a')", "startsWith")]
    [InlineData("(count > 1", "is missing")]
    [InlineData("count > 1 1", "does not belong")]
    [InlineData("count # 1", "not part of an expression")]
    [InlineData("event.type == 'a", "no end")]
    public void A_text_that_is_no_expression_is_refused_with_the_place(string text, string reason) =>
        Should.Throw<FormatException>(() => Expression.Parse(text, "event", "count")).Message.ShouldContain(reason);
}
