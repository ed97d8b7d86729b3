using System.Globalization;
using System.Text;
using System.Xml;
using Dapr.Actors.Contracts;

namespace Dapr.Actors.Communication;

/// <summary>
/// The header that makes a call a typed one: XML that names interface and method by number. Written by hand and in ASCII, since it travels
/// as an HTTP header and its only variable parts are an id and two names.
/// </summary>
internal static class RemotingHeader
{
    public const string Name = "X-DaprRequestHeader";

    private const string Actors = "urn:actors";
    private const string Start =
        "<z:anyType i:type=\"a:ActorHeader\" xmlns:z=\"http://schemas.microsoft.com/2003/10/Serialization/\""
        + " xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:a=\"urn:actors\"><a:MethodId>";

    private static readonly XmlReaderSettings Reading = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true };

    public static string Write(ActorMethod method, string actorId, string actorType)
    {
        var text = new StringBuilder(Start, 800)
            .Append(method.Id).Append("</a:MethodId><a:InterfaceId>").Append(method.InterfaceId)
            .Append("</a:InterfaceId><a:ActorId xmlns:b=\"http://schemas.datacontract.org/2004/07/Dapr.Actors\"><b:ActorId>");
        AppendEscaped(text, actorId);
        text.Append("</b:ActorId></a:ActorId><a:CallContext>").Append(CultureInfo.InvariantCulture, $"{Guid.NewGuid():D}")
            .Append("</a:CallContext><a:Headers xmlns:b=\"http://schemas.microsoft.com/2003/10/Serialization/Arrays\"/><a:MethodName>");
        AppendEscaped(text, method.Name);
        text.Append("</a:MethodName><a:ActorType>");
        AppendEscaped(text, actorType);
        return text.Append("</a:ActorType></z:anyType>").ToString();
    }

    /// <summary>The two numbers, which are all that a host needs: the rest of the header repeats the URL.</summary>
    public static (int InterfaceId, int MethodId) Read(string header)
    {
        using var reader = XmlReader.Create(new StringReader(header), Reading);
        int? interfaceId = null;
        int? methodId = null;
        reader.MoveToContent();
        reader.Read();
        while (!reader.EOF && (interfaceId is null || methodId is null))
        {
            switch (reader)
            {
                case { NodeType: XmlNodeType.Element, NamespaceURI: Actors, LocalName: "InterfaceId" }:
                    interfaceId = reader.ReadElementContentAsInt();
                    break;
                case { NodeType: XmlNodeType.Element, NamespaceURI: Actors, LocalName: "MethodId" }:
                    methodId = reader.ReadElementContentAsInt();
                    break;
                default:
                    reader.Read();
                    break;
            }
        }

        return interfaceId is { } type && methodId is { } method
            ? (type, method)
            : throw new FormatException($"The header {Name} has no InterfaceId or no MethodId.");
    }

    private static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value is '<' or '>' or '&' or < 0x20 or > 0x7e)
            {
                text.Append(CultureInfo.InvariantCulture, $"&#x{rune.Value:X};");
            }
            else
            {
                text.Append((char)rune.Value);
            }
        }
    }
}
