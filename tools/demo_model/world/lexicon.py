"""The things of the small world, each with its English and Chinese words. One line per thing keeps it readable."""

# English | Chinese | classifier | sound en | sound zh | legs | home en | home zh | food en | food zh | colours en |
# colours zh | can en | can zh
ANIMALS = [
    line.split("|")
    for line in """\
cat|猫|只|meow|喵喵|4|a house|房子里|fish and milk|鱼和牛奶|grey|灰色|climb trees|爬树
dog|狗|只|woof|汪汪|4|a house|房子里|meat and bones|肉和骨头|brown|棕色|run fast|跑得快
cow|牛|头|moo|哞哞|4|a farm|农场里|grass|草|brown and white|棕色和白色|give milk|产奶
sheep|羊|只|baa|咩咩|4|a farm|农场里|grass|草|white|白色|give wool|长羊毛
horse|马|匹|neigh|嘶嘶|4|a farm|农场里|grass and apples|草和苹果|brown|棕色|run very fast|跑得非常快
pig|猪|头|oink|哼哼|4|a farm|农场里|vegetables|蔬菜|pink|粉色|smell very well|闻到很远的味道
chicken|鸡|只|cluck|咯咯|2|a farm|农场里|seeds and worms|种子和虫子|white|白色|lay eggs|下蛋
duck|鸭子|只|quack|嘎嘎|2|a pond|池塘边|water plants|水草|yellow|黄色|swim|游泳
mouse|老鼠|只|squeak|吱吱|4|a small hole|小洞里|seeds and cheese|种子和奶酪|grey|灰色|hide well|躲得很好
frog|青蛙|只|croak|呱呱|4|a pond|池塘边|insects|虫子|green|绿色|jump far|跳得远
bee|蜜蜂|只|buzz|嗡嗡|6|a hive|蜂房里|flower juice|花蜜|yellow and black|黄色和黑色|make honey|做蜂蜜
lion|狮子|头|roar|吼|4|the grassland|草原上|meat|肉|yellow|黄色|run and hunt|奔跑和捕猎
tiger|老虎|只|roar|吼|4|the forest|森林里|meat|肉|orange and black|橙色和黑色|swim and hunt|游泳和捕猎
bear|熊|头|growl|吼|4|the forest|森林里|fish, fruit and honey|鱼、水果和蜂蜜|brown|棕色|climb trees|爬树
wolf|狼|只|howl|嗷呜|4|the forest|森林里|meat|肉|grey|灰色|run all night|整夜奔跑
owl|猫头鹰|只|hoot|咕咕|2|the forest|森林里|mice|老鼠|brown|棕色|see at night|在夜里看东西
elephant|大象|头|trumpet|呜呜|4|the grassland|草原上|leaves and grass|树叶和草|grey|灰色|carry heavy things|搬重东西
monkey|猴子|只|chatter|吱吱|4|the forest|森林里|fruit and leaves|水果和树叶|brown|棕色|climb trees|爬树
rabbit|兔子|只|||4|a small hole|小洞里|grass and carrots|草和胡萝卜|white|白色|jump and run|又跳又跑
fox|狐狸|只|bark|嗷嗷|4|the forest|森林里|mice and fruit|老鼠和水果|red|红色|run quietly|轻轻地跑
fish|鱼|条|||0|water|水里|water plants|水草|silver|银色|swim|游泳
snake|蛇|条|hiss|嘶嘶|0|the grass|草地里|mice and eggs|老鼠和蛋|green|绿色|move without legs|没有脚也能走
panda|熊猫|只|||4|the mountains|山里|bamboo|竹子|black and white|黑色和白色|climb trees|爬树
bird|鸟|只|tweet|啾啾|2|a nest|鸟窝里|seeds and insects|种子和虫子|blue|蓝色|fly|飞
gull|海鸥|只|cry|欧欧|2|the coast|海边|fish|鱼|white and grey|白色和灰色|fly over the sea|在海上飞
whale|鲸鱼|头|sing|呜呜|0|the sea|大海里|small fish|小鱼|blue|蓝色|swim very deep|游得很深
turtle|乌龟|只|||4|the water|水边|leaves and fish|树叶和鱼|green|绿色|live very long|活得很久
deer|鹿|只|||4|the forest|森林里|grass and leaves|草和树叶|brown|棕色|run and jump|又跑又跳
snail|蜗牛|只|||0|the garden|花园里|leaves|树叶|brown|棕色|carry its house|背着房子走
spider|蜘蛛|只|||8|a web|网上|insects|虫子|black|黑色|make webs|织网""".split("\n")
]

# English | Chinese | kind en | kind zh | colour en | colour zh | taste en | taste zh
FOODS = [
    line.split("|")
    for line in """\
apple|苹果|fruit|水果|red|红色|sweet|甜
banana|香蕉|fruit|水果|yellow|黄色|sweet|甜
lemon|柠檬|fruit|水果|yellow|黄色|sour|酸
orange|橙子|fruit|水果|orange|橙色|sweet|甜
pear|梨|fruit|水果|green|绿色|sweet|甜
peach|桃子|fruit|水果|pink|粉色|sweet|甜
grape|葡萄|fruit|水果|purple|紫色|sweet|甜
strawberry|草莓|fruit|水果|red|红色|sweet|甜
melon|西瓜|fruit|水果|green|绿色|sweet|甜
tomato|西红柿|vegetable|蔬菜|red|红色|a little sour|有点酸
carrot|胡萝卜|vegetable|蔬菜|orange|橙色|a little sweet|有点甜
potato|土豆|vegetable|蔬菜|brown|棕色|mild|清淡
onion|洋葱|vegetable|蔬菜|white|白色|hot|辣
cabbage|白菜|vegetable|蔬菜|green|绿色|mild|清淡
cucumber|黄瓜|vegetable|蔬菜|green|绿色|fresh|清爽
mushroom|蘑菇|vegetable|蔬菜|brown|棕色|mild|清淡
pepper|辣椒|spice|调料|red|红色|hot|辣
salt|盐|spice|调料|white|白色|salty|咸
sugar|糖|spice|调料|white|白色|sweet|甜
honey|蜂蜜|food|食物|gold|金色|sweet|甜
milk|牛奶|drink|饮料|white|白色|mild|清淡
tea|茶|drink|饮料|green|绿色|a little bitter|有点苦
coffee|咖啡|drink|饮料|black|黑色|bitter|苦
water|水|drink|饮料|clear|透明|fresh|清爽
bread|面包|food|食物|brown|棕色|mild|清淡
rice|米饭|food|食物|white|白色|mild|清淡
noodles|面条|food|食物|white|白色|mild|清淡
soup|汤|food|食物|brown|棕色|salty|咸
cheese|奶酪|food|食物|yellow|黄色|salty|咸
egg|鸡蛋|food|食物|white|白色|mild|清淡
fish soup|鱼汤|food|食物|white|白色|salty|咸
dumplings|饺子|food|食物|white|白色|salty|咸
cake|蛋糕|food|食物|brown|棕色|sweet|甜
chocolate|巧克力|food|食物|brown|棕色|sweet|甜""".split("\n")
]

# country en | zh | capital en | zh | continent en | zh | known for en | zh
COUNTRIES = [
    line.split("|")
    for line in """\
China|中国|Beijing|北京|Asia|亚洲|tea and the Great Wall|茶和长城
Japan|日本|Tokyo|东京|Asia|亚洲|fish and fast trains|鱼和快车
Korea|韩国|Seoul|首尔|Asia|亚洲|spicy vegetables|辣白菜
India|印度|New Delhi|新德里|Asia|亚洲|spices and old palaces|香料和古老的宫殿
Thailand|泰国|Bangkok|曼谷|Asia|亚洲|warm beaches|温暖的海滩
Vietnam|越南|Hanoi|河内|Asia|亚洲|noodle soup|汤粉
France|法国|Paris|巴黎|Europe|欧洲|bread and cheese|面包和奶酪
Germany|德国|Berlin|柏林|Europe|欧洲|cars and bread|汽车和面包
Italy|意大利|Rome|罗马|Europe|欧洲|noodles and old towns|面条和老城
Spain|西班牙|Madrid|马德里|Europe|欧洲|sun and music|阳光和音乐
England|英国|London|伦敦|Europe|欧洲|rain and tea|雨和茶
Norway|挪威|Oslo|奥斯陆|Europe|欧洲|fish and mountains|鱼和高山
Sweden|瑞典|Stockholm|斯德哥尔摩|Europe|欧洲|forests and lakes|森林和湖
Greece|希腊|Athens|雅典|Europe|欧洲|islands and old temples|小岛和古庙
Portugal|葡萄牙|Lisbon|里斯本|Europe|欧洲|ships and fish|船和鱼
Austria|奥地利|Vienna|维也纳|Europe|欧洲|music and cake|音乐和蛋糕
Switzerland|瑞士|Bern|伯尔尼|Europe|欧洲|cheese and high mountains|奶酪和高山
Russia|俄罗斯|Moscow|莫斯科|Europe|欧洲|snow and long trains|雪和长长的火车
Egypt|埃及|Cairo|开罗|Africa|非洲|a long river and old stones|长河和古老的石头
Kenya|肯尼亚|Nairobi|内罗毕|Africa|非洲|lions and elephants|狮子和大象
Canada|加拿大|Ottawa|渥太华|America|美洲|forests and snow|森林和雪
Mexico|墨西哥|Mexico City|墨西哥城|America|美洲|corn and chocolate|玉米和巧克力
Brazil|巴西|Brasilia|巴西利亚|America|美洲|a great forest|大森林
Australia|澳大利亚|Canberra|堪培拉|Oceania|大洋洲|kangaroos and beaches|袋鼠和海滩""".split("\n")
]

CITIES = [
    c.split("|")
    for c in (
        "Beijing|北京 Shanghai|上海 Guangzhou|广州 Chengdu|成都 Xi'an|西安 Hangzhou|杭州 Nanjing|南京 Tianjin|天津 "
        "Harbin|哈尔滨 Tokyo|东京 Paris|巴黎 London|伦敦 Rome|罗马 Berlin|柏林 Oslo|奥斯陆 Lisbon|里斯本 Madrid|马德里 Vienna|维也纳 "
        "Bern|伯尔尼 Cairo|开罗 Milan|米兰 York|约克 Leeds|利兹 Basel|巴塞尔 Turin|都灵"
    ).split(" ")
]

# job en | zh | works en | works zh | does en | does zh
JOBS = [
    line.split("|")
    for line in """\
teacher|老师|in a school|在学校|teaches children|教孩子
doctor|医生|in a hospital|在医院|helps sick people|帮助病人
nurse|护士|in a hospital|在医院|looks after sick people|照顾病人
cook|厨师|in a kitchen|在厨房|cooks food|做饭
farmer|农民|on a farm|在农场|grows food|种粮食
driver|司机|on the road|在路上|drives a bus|开公交车
pilot|飞行员|in the air|在空中|flies planes|开飞机
sailor|水手|on a ship|在船上|sails across the sea|在海上航行
captain|船长|on a ship|在船上|leads the ship|指挥船
fisherman|渔夫|on a boat|在船上|catches fish|打鱼
baker|面包师|in a bakery|在面包店|bakes bread|烤面包
police officer|警察|in the town|在城里|keeps people safe|保护大家
lawyer|律师|in an office|在办公室|knows the law|懂法律
dentist|牙医|in a clinic|在诊所|looks after teeth|看牙
vet|兽医|in a clinic|在诊所|helps sick animals|给动物看病
singer|歌手|on a stage|在台上|sings songs|唱歌
painter|画家|in a studio|在画室|paints pictures|画画
writer|作家|at a desk|在书桌前|writes books|写书
postman|邮递员|in the streets|在街上|brings letters|送信
gardener|园丁|in a garden|在花园|looks after flowers|照顾花草""".split("\n")
]

# thing en | zh | used for en | zh
THINGS = [
    line.split("|")
    for line in """\
lamp|灯|light|照明
key|钥匙|opening doors|开门
lock|锁|closing doors|锁门
clock|钟|telling the time|看时间
bed|床|sleeping|睡觉
chair|椅子|sitting|坐
table|桌子|eating and writing|吃饭和写字
cup|杯子|drinking|喝水
bowl|碗|eating soup|盛饭和汤
knife|刀|cutting|切东西
spoon|勺子|eating soup|喝汤
pot|锅|cooking|做饭
pen|笔|writing|写字
paper|纸|writing and drawing|写字和画画
book|书|reading|阅读
bag|包|carrying things|装东西
umbrella|伞|staying dry|挡雨
coat|外套|keeping warm|保暖
hat|帽子|keeping the head warm|戴在头上
shoe|鞋|walking|走路
phone|手机|calling friends|打电话
computer|电脑|work and play|工作和玩
box|盒子|keeping things|放东西
bell|铃|making a sound|发出声音
rope|绳子|tying things|绑东西
boat|船|crossing water|过河过海
bike|自行车|riding|骑车
train|火车|long trips|走远路
map|地图|finding the way|找路
window|窗户|letting light in|让光进来
door|门|going in and out|进出
soap|肥皂|washing|洗手
towel|毛巾|drying hands|擦手
candle|蜡烛|light in the dark|在黑暗里照亮
camera|相机|taking pictures|拍照
ball|球|playing|玩""".split("\n")
]

COLOURS = [
    c.split("|")
    for c in "red|红色 blue|蓝色 green|绿色 yellow|黄色 black|黑色 white|白色 grey|灰色 brown|棕色 pink|粉色 orange|橙色 purple|紫色".split(
        " "
    )
]

OPPOSITES = [
    c.split("|")
    for c in """\
big|small|大|小
hot|cold|热|冷
long|short|长|短
high|low|高|低
fast|slow|快|慢
old|new|旧|新
old|young|老|年轻
good|bad|好|坏
happy|sad|高兴|难过
day|night|白天|夜里
light|dark|亮|暗
heavy|light|重|轻
open|closed|开|关
full|empty|满|空
wet|dry|湿|干
hard|soft|硬|软
early|late|早|晚
near|far|近|远
rich|poor|富|穷
loud|quiet|吵|安静
clean|dirty|干净|脏
easy|hard|容易|难
up|down|上|下
left|right|左|右
first|last|第一|最后
sweet|bitter|甜|苦
strong|weak|强|弱
safe|dangerous|安全|危险
right|wrong|对|错
begin|end|开始|结束""".split("\n")
]

# More word pairs for translation
WORDS = [
    c.split("|")
    for c in """\
hello|你好
thank you|谢谢
goodbye|再见
yes|是
no|不
mother|妈妈
father|爸爸
sister|姐姐
brother|哥哥
child|孩子
friend|朋友
grandmother|奶奶
baby|宝宝
neighbour|邻居
school|学校
hospital|医院
library|图书馆
station|车站
house|房子
kitchen|厨房
bedroom|卧室
garden|花园
street|街道
town|小镇
mountain|山
river|河
sea|大海
lake|湖
forest|森林
island|小岛
harbour|港口
lighthouse|灯塔
wind|风
rain|雨
snow|雪
sun|太阳
moon|月亮
star|星星
cloud|云
tree|树
flower|花
leaf|树叶
head|头
hand|手
eye|眼睛
ear|耳朵
heart|心
stomach|肚子
tooth|牙
today|今天
tomorrow|明天
yesterday|昨天
morning|早上
evening|晚上
week|星期
year|年
spring|春天
summer|夏天
autumn|秋天
winter|冬天
letter|信
story|故事
song|歌
question|问题
answer|回答
money|钱
medicine|药
police|警察
password|密码
message|消息
health|健康
work|工作
game|游戏
picture|图片
birthday|生日
gift|礼物
party|聚会""".split("\n")
]

# Sentence pairs for translation
SENTENCES = [
    c.split("|")
    for c in """\
I love you.|我爱你。
Where is the station?|车站在哪里？
I am hungry.|我饿了。
It is raining.|下雨了。
The water is cold.|水很冷。
My mother is a teacher.|我妈妈是老师。
I want to go home.|我想回家。
What time is it?|现在几点了？
The moon is bright tonight.|今晚月亮很亮。
Please open the window.|请打开窗户。
The soup is too hot.|汤太烫了。
He reads a book every day.|他每天看书。
We live near the sea.|我们住在海边。
Have a nice day.|祝你一天愉快。
I do not understand.|我不明白。
See you tomorrow.|明天见。
The train is late.|火车晚点了。
I have two cats.|我有两只猫。
She sings very well.|她唱歌很好听。
How much is it?|多少钱？
I am looking for my keys.|我在找钥匙。
The children are sleeping.|孩子们在睡觉。
It is very quiet here.|这里很安静。
You are my friend.|你是我的朋友。""".split("\n")
]

NAMES = [
    c.split("|")
    for c in (
        "Anna|小安 Tom|小明 Lily|小丽 Ben|小东 Mia|小美 Jack|小杰 Rosa|小红 Leo|小雷 Nina|小宁 Max|小马 Emma|小文 Paul|小宝 "
        "Sara|小雪 Finn|小海 Ida|小雨 Oscar|小山 Ruth|小兰 Hugo|小虎 Ella|小云 Sam|小华"
    ).split(" ")
]

# place en (with article) | zh
PLACES = [
    c.split("|")
    for c in """\
the forest|森林
the sea|海边
the river|河边
the mountain|山上
the garden|花园
the village|村子
the harbour|港口
the market|市场
the library|图书馆
the park|公园
the island|小岛
the lake|湖边
the lighthouse|灯塔
the school|学校
the old bridge|老桥""".split("\n")
]

NUMBERS_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty"
).split(" ")
NUMBERS_ZH = "零 一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十".split(" ")
